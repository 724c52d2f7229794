import { describe, expect, it } from "vitest";
import { incompleteStory } from "./incomplete.ts";
import type { Operation } from "./runModel.ts";

const operation = (state: Operation["state"], message?: string): Operation => ({
  id: "1",
  nodeId: 3,
  bundlePath: "1",
  state,
  attempts: [],
  input: undefined,
  output: undefined,
  error: message === undefined ? null : { kind: "retryable", code: "connection_lost", message },
  startedAt: 0,
  durationMs: 1,
  missing: [],
});

const run = {
  state: "incomplete",
  error: "503 Service Unavailable",
  failure: { kind: "retryable", code: "http_503", nodeId: 3 },
  operations: [] as Operation[],
  waitReason: null as string | null,
  waitingUntil: null as number | null,
};
const nameOf = (nodeId: number) => `Node ${nodeId}`;

describe("incompleteStory", () => {
  it("says of a write without an answer that it may have happened", () => {
    const operations = [operation("succeeded"), operation("unknown", "The connection was closed")];
    const story = incompleteStory({ ...run, operations }, nameOf);
    expect(story?.title).toBe("Nobody knows whether “Node 3” was carried out");
    expect(story?.what).toContain("no answer came back. The connection was closed. The other side may have acted");
    expect(story?.retry).toContain("twice");
    expect(story?.retryAt).toBeNull();
  });

  it("says of a stored error what failed, and when it is tried again", () => {
    const operations = [operation("failed")];
    const story = incompleteStory({ ...run, operations, waitReason: "break", waitingUntil: 5_000 }, nameOf);
    expect(story?.title).toBe("“Node 3” failed, and the run is kept");
    expect(story?.what).toMatch(/^503 Service Unavailable\. Everything before/);
    expect(story?.retryAt).toBe(5_000);
  });

  it("does without a node and a reason", () => {
    const story = incompleteStory({ ...run, error: null, failure: null }, nameOf);
    expect(story?.title).toBe("An operation failed, and the run is kept");
    expect(story?.what).toMatch(/^No reason was recorded\./);
  });

  it("has nothing to say of other runs", () => {
    expect(incompleteStory({ ...run, state: "failed" }, nameOf)).toBeNull();
  });
});
