import { describe, expect, it } from "vitest";
import { chain, next } from "../testing/catalog.ts";
import { parseDefinition } from "./parse.ts";

const sound = chain(["tools.set", { value: "x" }]);
const broken = (change: (json: { nodes: [object, object]; edges: [object] }) => void): unknown => {
  const json = JSON.parse(JSON.stringify(sound)) as { nodes: [object, object]; edges: [object] };
  change(json);
  return json;
};

describe("parseDefinition", () => {
  it("takes what is sound", () => {
    expect(parseDefinition(JSON.parse(JSON.stringify(sound)))).toEqual({ ok: true, definition: sound });
  });

  it.each<[string, unknown, object]>([
    ["no object", "text", { code: "format" }],
    ["a list", [], { code: "format" }],
    ["no format", { nodes: [], edges: [] }, { code: "format", field: ["format"] }],
    ["a newer format", { ...sound, format: 2 }, { code: "format", fix: "Update Patchbay." }],
    ["a missing list", { format: 1, nodes: [] }, { code: "structure", field: ["edges"] }],
    [
      "a node's type",
      broken((json) => Object.assign(json.nodes[1], { type: "nope" })),
      { code: "structure", nodeId: 2, field: ["type"] },
    ],
    [
      "a node's id",
      broken((json) => Object.assign(json.nodes[1], { id: "two" })),
      { code: "structure", field: ["id"], nodeId: undefined },
    ],
    [
      "an edge",
      broken((json) => Object.assign(json.edges[0], { kind: "x" })),
      { code: "structure", edge: { from: 1, to: 2, kind: "next" }, field: ["kind"] },
    ],
    [
      "an edge without ends",
      broken((json) => Object.assign(json, { edges: [null] })),
      { code: "structure", message: expect.stringContaining("edges[0]") as string },
    ],
    [
      "the same node twice",
      { ...sound, nodes: [...sound.nodes, sound.nodes[1]] },
      { code: "duplicate_node", nodeId: 2 },
    ],
    [
      "the same edge twice",
      { ...sound, edges: [next(1, 2), next(1, 2)] },
      { code: "duplicate_edge", edge: { from: 1, to: 2, kind: "next" } },
    ],
    [
      "the same note twice",
      { ...sound, notes: ["a", "a"].map((id) => ({ id, text: "", position: { x: 0, y: 0 } })) },
      { code: "duplicate_note" },
    ],
  ])("refuses %s", (_name, json, issue) => {
    const result = parseDefinition(json);
    expect(result.ok).toBe(false);
    expect(result.ok ? [] : result.issues).toMatchObject([{ severity: "error", ...issue }]);
  });

  it("names config fields without the node's own path", () => {
    const result = parseDefinition(broken((json) => Object.assign(json.nodes[1], { config: 5 })));
    expect(result).toMatchObject({
      ok: false,
      issues: [{ nodeId: 2, field: [], message: expect.stringContaining("Node 2, config") as string }],
    });
  });
});
