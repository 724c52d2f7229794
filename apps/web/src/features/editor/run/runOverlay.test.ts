import { describe, expect, it } from "vitest";
import type { OperationRecord, OperationState } from "./operations.ts";
import { buildOverlay, operationsAt, reuseUnchanged } from "./runOverlay.ts";
import { bodyOf } from "./useRunOnce.ts";

const operation = (
  nodeId: number,
  state: OperationState,
  startedAt = 0,
  durationMs: number | null = 10,
): OperationRecord => ({
  id: `${nodeId}@${startedAt}`,
  nodeId,
  bundlePath: "1",
  state,
  attempts: [{ number: 1, startedAt, durationMs }],
  input: {},
  output: {},
  error: null,
  missing: [],
  startedAt,
  durationMs,
});

describe("buildOverlay", () => {
  it("counts operations and lets the most urgent state win", () => {
    const { nodes } = buildOverlay([
      operation(1, "succeeded"),
      operation(2, "succeeded"),
      operation(2, "running", 5, null),
      operation(3, "handled"),
      operation(3, "failed"),
    ]);
    expect(nodes.get(1)).toMatchObject({ state: "done", total: 1, ended: 1 });
    expect(nodes.get(2)).toMatchObject({ state: "running", total: 2, ended: 1, durationMs: 10 });
    expect(nodes.get(3)).toMatchObject({ state: "failed", total: 2 });
  });

  it("says how many bundles passed an edge, and that it is in use", () => {
    const counts = [{ from: 1, to: 2, kind: "next" as const, passed: 3, seen: 5 }];
    const { edges } = buildOverlay([operation(2, "running", 0, null)], counts);
    expect([...edges.values()]).toEqual([{ passed: 3, seen: 5, isActive: true }]);
  });

  it("keeps the objects of nodes that did not change", () => {
    const before = buildOverlay([operation(1, "succeeded"), operation(2, "running", 5, null)]);
    const after = reuseUnchanged(before, buildOverlay([operation(1, "succeeded"), operation(2, "succeeded", 5)]));
    expect(after.nodes.get(1)).toBe(before.nodes.get(1));
    expect(after.nodes.get(2)).not.toBe(before.nodes.get(2));
  });
});

describe("operationsAt", () => {
  it("replays a run at a moment", () => {
    const all = [operation(1, "succeeded", 0, 10), operation(2, "failed", 20, 30), operation(3, "succeeded", 60, 5)];
    expect(operationsAt(all, 30).map((each) => each.state)).toEqual(["succeeded", "running"]);
    expect(operationsAt(all, 55).map((each) => each.state)).toEqual(["succeeded", "failed"]);
  });
});

describe("bodyOf", () => {
  it("takes a request's body as the payload", () => {
    expect(bodyOf('{"method":"POST","body":{"a":1}}')).toBe('{"a":1}');
    expect(bodyOf("broken")).toBe("{}");
  });
});
