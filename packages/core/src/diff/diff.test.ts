import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson } from "../canonicalJson.ts";
import type { Definition } from "../definition/schema.ts";
import { definition, jsonValue } from "../testing/arbitraries.ts";
import { chain, define, next, node, passAll } from "../testing/catalog.ts";
import { applyDiff, diffDefinitions, reverseDiff } from "./diff.ts";
import { normalizeDefinition } from "./normalize.ts";
import { isEmptyDiff, isLayoutOnly, summarizeDiff } from "./summary.ts";
import { diffValues, isSameJson, setAtPath } from "./values.ts";

const normal = (value: Definition) => canonicalJson(normalizeDefinition(value));

describe("diff and its inverse", () => {
  it("applies to the original and back, for any two definitions", () => {
    fc.assert(
      fc.property(definition, definition, (a, b) => {
        const diff = diffDefinitions(a, b);
        expect(normal(applyDiff(a, diff))).toBe(normal(b));
        expect(normal(applyDiff(b, reverseDiff(diff)))).toBe(normal(a));
        expect(reverseDiff(reverseDiff(diff))).toEqual(diff);
        expect(isEmptyDiff(diff)).toBe(normal(a) === normal(b));
      }),
      { numRuns: 1_000, seed: 1 },
    );
  });

  it("is plain JSON", () => {
    fc.assert(
      fc.property(definition, definition, (a, b) => {
        const diff = diffDefinitions(a, b);
        expect(JSON.parse(JSON.stringify(diff))).toEqual(diff);
      }),
      { numRuns: 200, seed: 2 },
    );
  });

  it("does not depend on the order of lists and keys", () => {
    fc.assert(
      fc.property(definition, (a) => {
        const shuffled = { ...a, nodes: a.nodes.toReversed(), edges: a.edges.toReversed() };
        expect(isEmptyDiff(diffDefinitions(a, shuffled))).toBe(true);
        expect(normal(a)).toBe(normal(shuffled));
      }),
      { numRuns: 200, seed: 3 },
    );
  });

  it("finds the smallest changes of values", () => {
    fc.assert(
      fc.property(jsonValue, jsonValue, (before, after) => {
        const changes: Parameters<typeof diffValues>[3] = [];
        diffValues(before, after, [], changes);
        expect(changes.length === 0).toBe(isSameJson(before, after));
        expect(changes.reduce((value, change) => setAtPath(value, change.path, change.after) ?? null, before)).toEqual(
          after,
        );
      }),
      { numRuns: 1_000, seed: 4 },
    );
  });
});

describe("diffDefinitions", () => {
  const before = chain(
    ["http.request", { url: "a", headers: [{ name: "x", value: "1" }], body: { deep: [1, 2] } }],
    ["tools.set"],
  );

  it("tells field-level changes, layout and what came and went apart", () => {
    const after: Definition = {
      format: 1,
      nodes: [
        { ...before.nodes[0]!, position: { x: 5, y: 5 } },
        {
          ...before.nodes[1]!,
          name: "Call",
          config: { url: "b", headers: [{ name: "x", value: "2" }], body: { deep: [1, 2, 3] } },
        },
        node(4, "tools.set"),
      ],
      edges: [next(1, 2, { filter: passAll }), next(2, 4)],
      settings: { maxOperations: 5 },
    };
    const diff = diffDefinitions(before, after);
    expect(diff).toEqual({
      nodes: {
        added: [after.nodes[2]],
        removed: [before.nodes[2]],
        changed: [
          {
            id: 1,
            layoutOnly: true,
            fields: [
              { path: ["position", "x"], before: 100, after: 5 },
              { path: ["position", "y"], before: 0, after: 5 },
            ],
          },
          {
            id: 2,
            layoutOnly: false,
            fields: [
              { path: ["config", "url"], before: "a", after: "b" },
              { path: ["config", "headers", 0, "value"], before: "1", after: "2" },
              { path: ["config", "body", "deep"], before: [1, 2], after: [1, 2, 3] },
              { path: ["name"], after: "Call" },
            ],
          },
        ],
      },
      edges: {
        added: [next(2, 4)],
        removed: [next(2, 3)],
        changed: [{ edge: next(1, 2), fields: [{ path: ["filter"], after: passAll }] }],
      },
      notes: { added: [], removed: [], changed: [] },
      settings: [{ path: ["maxOperations"], after: 5 }],
    });
    expect(summarizeDiff(diff)).toEqual({
      added: 1,
      removed: 1,
      changed: 3,
      moved: 1,
      text: "1 node added, 1 node removed, 1 node changed, 1 connection changed, 1 setting changed, 1 item moved",
    });
    expect(isLayoutOnly(diff)).toBe(false);
  });

  it("knows layout", () => {
    const note = { id: "n", text: "t", position: { x: 0, y: 0 } };
    const moved = {
      ...before,
      nodes: before.nodes.map((item) => ({ ...item, position: { x: 1, y: 1 } })),
      notes: [note],
    };
    const diff = diffDefinitions(before, moved);
    expect(isLayoutOnly(diff)).toBe(true);
    expect(summarizeDiff(diff)).toMatchObject({
      added: 0,
      changed: 1,
      moved: 3,
      text: "1 note changed, 3 items moved",
    });
    expect(summarizeDiff(diffDefinitions(before, before)).text).toBe("No changes");
    expect(isLayoutOnly(diffDefinitions(before, define(before.nodes, [])))).toBe(false);
  });

  it("applies what still makes sense to another definition", () => {
    const added = diffDefinitions(before, { ...before, nodes: [...before.nodes, node(9, "tools.set")] });
    const other = define([node(9, "tools.set", { mine: 1 })], []);
    expect(applyDiff(other, added)).toEqual(other);
    const renamed = diffDefinitions(before, { ...before, nodes: before.nodes.map((item) => ({ ...item, name: "n" })) });
    expect(applyDiff(other, renamed)).toEqual(other);
  });

  it("compares 1,000 nodes", () => {
    const big = chain(
      ...Array.from(
        { length: 999 },
        (_, i) =>
          ["tools.set", { value: `x${i}`, list: [{ a: 1, b: { c: "{{1.a}}" } }] }] as [
            string,
            { value: string; list: { a: number; b: { c: string } }[] },
          ],
      ),
    );
    const copy = JSON.parse(JSON.stringify(big)) as Definition;
    for (const item of copy.nodes) item.config.value = "changed";
    const diff = diffDefinitions(big, copy);
    expect(diff.nodes.changed).toHaveLength(1_000);
    expect(canonicalJson(applyDiff(big, diff))).toBe(canonicalJson(copy));
  });
});
