import type { Definition } from "@patchbay/core";
import { describe, expect, it } from "vitest";
import { compareDefinitions, labelOf, showValue } from "./compare.ts";

const node = (id: number, fields: Partial<Definition["nodes"][number]> = {}) => ({
  id,
  type: "http.request",
  typeVersion: 1,
  config: {},
  position: { x: 0, y: 0 },
  ...fields,
});

const definition = (fields: Partial<Definition>): Definition => ({ format: 1, nodes: [], edges: [], ...fields });

const compare = (before: Definition, after: Definition) =>
  compareDefinitions(before, after, {
    nodeName: (each) => `N${each.id}`,
    actionName: (each) => each.type,
    fieldTitle: (_type, field) => (field === "url" ? "URL" : field),
  });

describe("compareDefinitions", () => {
  it("finds nothing between equals", () => {
    const same = definition({ nodes: [node(1)] });
    expect(compare(same, same)).toMatchObject({ summary: { added: 0, removed: 0, changed: 0, moved: 0 }, groups: [] });
  });

  it("tells added, removed, changed and moved nodes apart, changes first", () => {
    const before = definition({ nodes: [node(1), node(2), node(3, { config: { url: "a" } })] });
    const after = definition({
      nodes: [node(1, { position: { x: 40, y: 0 } }), node(3, { config: { url: "b" } }), node(4)],
    });
    const { summary, groups } = compare(before, after);
    expect(summary).toMatchObject({ added: 1, removed: 1, changed: 1, moved: 1 });
    expect(groups.map((group) => [group.title, group.kind])).toEqual([
      ["N3", "changed"],
      ["N4", "added"],
      ["N2", "removed"],
      ["N1", "moved"],
    ]);
    expect(groups[0]?.rows).toEqual([{ key: '["config","url"]', label: "URL", before: "a", after: "b" }]);
  });

  it("shows a move as one row", () => {
    const { groups } = compare(
      definition({ nodes: [node(1)] }),
      definition({ nodes: [node(1, { position: { x: 12.4, y: 30 } })] }),
    );
    expect(groups[0]?.rows).toHaveLength(1);
    expect(groups[0]?.rows[0]).toMatchObject({ label: "Position" });
    expect(groups[0]?.rows[0]?.after).toContain("12");
  });

  it("names connections by their nodes", () => {
    const nodes = [node(1), node(2)];
    const { groups } = compare(definition({ nodes }), definition({ nodes, edges: [{ from: 1, to: 2, kind: "next" }] }));
    expect(groups).toMatchObject([{ kind: "added", title: "N1 → N2" }]);
  });
});

describe("labelOf", () => {
  it.each([
    [["config", "headers", 0, "value"], "headers[1].value"],
    [["name"], "Name"],
    [["filter", "label"], "Filter.label"],
  ])("%j is %s", (path, label) => expect(labelOf(path)).toBe(label));
});

describe("showValue", () => {
  it("tells nothing, empty and JSON apart", () => {
    expect([showValue(undefined), showValue(""), showValue(null), showValue(["a"])]).toEqual([
      null,
      "(empty)",
      "null",
      '["a"]',
    ]);
  });
});
