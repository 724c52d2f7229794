import { manifestCatalog } from "@patchbay/catalog/manifests";
import { copyNodes } from "@patchbay/core";
import type { Definition } from "@patchbay/core";
import { describe, expect, it } from "vitest";
import { pasteClip, readClip, writeClip } from "./fragment.ts";

const at = { x: 0, y: 0 };
const definition: Definition = {
  format: 1,
  nodes: [
    { id: 1, type: "webhook.receive", typeVersion: 1, config: {}, position: at },
    { id: 2, type: "tools.iterate", typeVersion: 1, config: { array: "{{1.body.items}}" }, position: at },
    {
      id: 3,
      type: "tools.aggregate",
      typeVersion: 1,
      config: { source: 2, item: "{{2.value}} of {{1.body.n}}" },
      position: at,
    },
  ],
  edges: [
    { from: 1, to: 2, kind: "next" },
    { from: 2, to: 3, kind: "next", filter: { conditions: [[{ left: "{{2.index}}", operator: "exists" }]] } },
  ],
};
const paste = (ids: number[]) =>
  pasteClip(definition, readClip(writeClip(copyNodes(definition, ids)))!, {
    firstId: 11,
    offset: { x: 60, y: 60 },
    catalog: manifestCatalog,
  });

describe("copy and paste", () => {
  it("renumbers nodes, edges, formulas, filters and node references together", () => {
    const { definition: next, ids } = paste([2, 3]);
    expect(ids).toEqual([11, 12]);
    expect(next.nodes[3]).toMatchObject({ id: 11, config: { array: "{{1.body.items}}" }, position: { x: 60, y: 60 } });
    expect(next.nodes[4]!.config).toEqual({ source: 11, item: "{{11.value}} of {{1.body.n}}" });
    expect(next.edges[2]).toMatchObject({ from: 11, to: 12, filter: { conditions: [[{ left: "{{11.index}}" }]] } });
  });

  it("leaves a second trigger out, with its edges", () => {
    const { definition: next, ids } = paste([1, 2]);
    expect(ids).toHaveLength(1);
    expect(next.edges).toHaveLength(2);
  });

  it("ignores other texts on the clipboard", () => {
    expect(readClip("hello")).toBeNull();
    expect(readClip('{"a":1}')).toBeNull();
    expect(readClip("{ broken")).toBeNull();
  });
});
