import { diffDefinitions, type Definition } from "@patchbay/core";
import { describe, expect, it } from "vitest";
import { diffMarks } from "./diffMarks.ts";

const node = (id: number, x: number, url = "a") => ({
  id,
  type: "http.request",
  typeVersion: 1,
  config: { url },
  position: { x, y: 0 },
});
const next = (from: number, to: number) => ({ from, to, kind: "next" as const });
const before: Definition = {
  format: 1,
  nodes: [node(1, 0), node(2, 200), node(3, 400), node(4, 600)],
  edges: [next(1, 2), next(2, 3), next(3, 4)],
};
const after: Definition = {
  format: 1,
  nodes: [node(1, 0), node(2, 200, "b"), node(3, 460), node(5, 600)],
  edges: [next(1, 2), next(2, 3), next(3, 5)],
};
const diff = diffDefinitions(before, after);

describe("diffMarks", () => {
  it("marks what is gone only where it was", () => {
    const { nodes, edges } = diffMarks(diff, "before");
    expect(Object.fromEntries(nodes)).toEqual({ 2: "changed", 3: "moved", 4: "removed" });
    expect([...edges.values()]).toEqual(["removed"]);
  });

  it("marks what is new only where it is", () => {
    const { nodes, edges } = diffMarks(diff, "after");
    expect(Object.fromEntries(nodes)).toEqual({ 2: "changed", 3: "moved", 5: "added" });
    expect([...edges.values()]).toEqual(["added"]);
  });
});
