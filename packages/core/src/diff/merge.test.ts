import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson } from "../canonicalJson.ts";
import type { Definition, DefinitionNode } from "../definition/schema.ts";
import { definition } from "../testing/arbitraries.ts";
import { chain, define, next, node, onError, passAll } from "../testing/catalog.ts";
import { applyDiff, diffDefinitions } from "./diff.ts";
import { mergeDefinitions, resolveConflict } from "./merge.ts";
import { normalizeDefinition } from "./normalize.ts";

const normal = (value: Definition) => canonicalJson(normalizeDefinition(value));
const base = chain(["tools.set", { value: "a", other: { x: 1, y: 2 } }], ["tools.set", { value: "b" }]);
const change = (id: number, part: Partial<DefinitionNode>): Definition => ({
  ...base,
  nodes: base.nodes.map((item) => (item.id === id ? { ...item, ...part } : item)),
});

describe("merging", () => {
  it("takes everything from the only side that changed anything", () => {
    fc.assert(
      fc.property(definition, definition, (a, b) => {
        // Dangling edges are dropped by a merge, so only definitions without any can come back as they were.
        const clean = (value: Definition): Definition => {
          const ids = new Set(value.nodes.map(({ id }) => id));
          return { ...value, edges: value.edges.filter(({ from, to }) => ids.has(from) && ids.has(to)) };
        };
        const [before, after] = [clean(a), clean(b)];
        const onlyOurs = mergeDefinitions(before, after, before);
        expect(normal(onlyOurs.definition)).toBe(normal(after));
        expect(onlyOurs.conflicts).toEqual([]);
        const onlyTheirs = mergeDefinitions(before, before, after);
        expect(normal(onlyTheirs.definition)).toBe(normal(after));
        expect(onlyTheirs.conflicts).toEqual([]);
        const both = mergeDefinitions(before, after, after);
        expect(normal(both.definition)).toBe(normal(after));
        expect(both.conflicts).toEqual([]);
      }),
      { numRuns: 500, seed: 5 },
    );
  });

  it("never throws and never loses one side's new nodes", () => {
    fc.assert(
      fc.property(definition, definition, definition, (a, ours, theirs) => {
        const { definition: merged, renumbered } = mergeDefinitions(a, ours, theirs);
        const ids = new Set(merged.nodes.map(({ id }) => id));
        expect(ids.size).toBe(merged.nodes.length);
        const known = new Set(a.nodes.map(({ id }) => id));
        for (const { id } of ours.nodes) if (!known.has(id)) expect(ids).toContain(renumbered.get(id) ?? id);
        for (const { id } of theirs.nodes) if (!known.has(id)) expect(ids).toContain(id);
      }),
      { numRuns: 500, seed: 6 },
    );
  });

  it("combines edits of different nodes, fields and connections", () => {
    const ours = applyDiff(
      change(2, { config: { value: "ours", other: { x: 1, y: 2 } }, name: "Mine" }),
      diffDefinitions(base, { ...base, edges: [next(1, 2, { filter: passAll }), next(2, 3)] }),
    );
    const theirs = {
      ...change(2, { config: { value: "a", other: { x: 1, y: 9 } }, note: "hi" }),
      settings: { maxOperations: 7 },
    };
    const { definition: merged, conflicts } = mergeDefinitions(base, ours, theirs);
    expect(conflicts).toEqual([]);
    expect(merged.nodes[1]).toMatchObject({
      name: "Mine",
      note: "hi",
      config: { value: "ours", other: { x: 1, y: 9 } },
    });
    expect(merged.edges[0]!.filter).toEqual(passAll);
    expect(merged.settings).toEqual({ maxOperations: 7 });
  });

  it("asks only where both gave one field different values, and keeps ours until then", () => {
    const { definition: merged, conflicts } = mergeDefinitions(
      base,
      change(3, { config: { value: "ours" } }),
      change(3, { config: { value: "theirs" } }),
    );
    const conflict = {
      kind: "field",
      target: { kind: "node", id: 3 },
      path: ["config", "value"],
      base: "b",
      ours: "ours",
      theirs: "theirs",
    } as const;
    expect(conflicts).toEqual([conflict]);
    expect(merged.nodes[2]!.config.value).toBe("ours");
    expect(resolveConflict(merged, { ...conflict, path: [...conflict.path] }, "theirs").nodes[2]!.config.value).toBe(
      "theirs",
    );
    expect(resolveConflict(merged, { ...conflict, path: [...conflict.path] }, "base").nodes[2]!.config.value).toBe("b");
  });

  it("decides conflicts of edges, notes and settings", () => {
    const at = { x: 0, y: 0 };
    const side = (maxOperations: number, label: string): Definition => ({
      ...base,
      edges: [next(1, 2, { filter: { ...passAll, label } }), next(2, 3)],
      notes: [{ id: "n", text: label, position: at }],
      settings: { maxOperations },
    });
    const { definition: merged, conflicts } = mergeDefinitions(side(1, "base"), side(2, "ours"), side(3, "theirs"));
    const decided = conflicts.reduce(
      (value, conflict) => (conflict.kind === "field" ? resolveConflict(value, conflict, "theirs") : value),
      merged,
    );
    expect(conflicts.map(({ kind }) => kind)).toEqual(["field", "field", "field"]);
    expect(normal(decided)).toBe(normal(side(3, "theirs")));
  });

  it("does not ask about places on the canvas", () => {
    const { definition: merged, conflicts } = mergeDefinitions(
      base,
      change(3, { position: { x: 1, y: 1 } }),
      change(3, { position: { x: 2, y: 2 } }),
    );
    expect(conflicts).toEqual([]);
    expect(merged.nodes[2]!.position).toEqual({ x: 1, y: 1 });
  });

  it("keeps what one side removed and the other changed", () => {
    const removed = define(base.nodes.slice(0, 2), [next(1, 2)]);
    const changed = change(3, { config: { value: "new" } });
    const target = { kind: "node", id: 3 };
    const first = mergeDefinitions(base, removed, changed);
    expect(first.conflicts).toContainEqual({ kind: "removed", target, removedBy: "ours" });
    expect(first.definition.nodes[2]!.config.value).toBe("new");
    const second = mergeDefinitions(base, changed, removed);
    expect(second.conflicts).toContainEqual({ kind: "removed", target, removedBy: "theirs" });
    const moved = mergeDefinitions(base, removed, change(3, { position: { x: 9, y: 9 } }));
    expect(moved.conflicts).toEqual([]);
    expect(moved.definition.nodes).toHaveLength(2);
  });

  it("reports connections that lost an end", () => {
    const ours = define(base.nodes.slice(0, 2), [next(1, 2)]);
    const theirs = { ...base, nodes: [...base.nodes, node(4, "error.ignore")], edges: [...base.edges, onError(3, 4)] };
    const { definition: merged, conflicts } = mergeDefinitions(base, ours, theirs);
    expect(conflicts).toEqual([{ kind: "lostEnd", edge: onError(3, 4), missing: 3 }]);
    expect(merged.nodes.map(({ id }) => id)).toEqual([1, 2, 4]);
    expect(merged.edges).toEqual([next(1, 2)]);
  });

  it("gives our new nodes new numbers where theirs took them, and rewrites what refers to them", () => {
    const insert = (name: string): Definition => ({
      ...base,
      nodes: [...base.nodes, node(4, "tools.set", { value: name }), node(5, "tools.set", { value: `{{4.${name}}}` })],
      edges: [next(1, 2), next(2, 3), next(3, 4), next(4, 5)],
    });
    const {
      definition: merged,
      conflicts,
      renumbered,
    } = mergeDefinitions(base, insert("ours"), insert("theirs"), { highestId: 20 });
    expect([...renumbered]).toEqual([
      [4, 21],
      [5, 22],
    ]);
    expect(merged.nodes.map(({ id, config }) => [id, config.value]).slice(3)).toEqual([
      [4, "theirs"],
      [5, "{{4.theirs}}"],
      [21, "ours"],
      [22, "{{21.ours}}"],
    ]);
    expect(merged.edges).toContainEqual(next(21, 22));
    expect(conflicts).toEqual([]);
  });

  it("reports branches that the merge made meet", () => {
    const insert = (id: number): Definition => ({
      ...base,
      nodes: [...base.nodes, node(id, "tools.set")],
      edges: [next(1, 2), next(2, id), next(id, 3)],
    });
    const { conflicts } = mergeDefinitions(base, insert(4), insert(5));
    expect(conflicts).toEqual([{ kind: "secondEntry", nodeId: 3, edges: [next(5, 3), next(4, 3)] }]);
  });
});
