import { describe, expect, it } from "vitest";
import { lossOf, retryAfterLoss } from "./loss.ts";

const activity = { label: "call 7", sequence: 3, beats: 5, calls: 3 };

describe("lossOf", () => {
  it("blames the call that ran, and the only one that has run for what was left behind", () => {
    const blamed = { guilty: "call 7", committing: false, unclear: false };
    expect(lossOf({ ...activity, phase: "running" }, false)).toEqual(blamed);
    expect(lossOf({ ...activity, phase: "idle", calls: 1 }, false)).toEqual(blamed);
    expect(lossOf({ ...activity, phase: "idle", calls: 0 }, false)).toEqual(blamed);
  });

  it("blames none of several calls that may have left it behind, until a careful transactor falls to it, too", () => {
    expect(lossOf({ ...activity, phase: "idle" }, false)).toEqual({ guilty: null, committing: false, unclear: true });
    expect(lossOf({ ...activity, phase: "idle" }, true)).toEqual({
      guilty: "call 7",
      committing: false,
      unclear: false,
    });
  });

  it("blames nobody for a death in a commit, or before the first call", () => {
    const unclear = { guilty: null, committing: true, unclear: true };
    expect(lossOf({ ...activity, phase: "committing" }, true)).toEqual(unclear);
    expect(lossOf({ ...activity, phase: "answering" }, true)).toEqual(unclear);
    const idle = { guilty: null, committing: false, unclear: false };
    expect(lossOf({ ...activity, label: "", phase: "idle" }, true)).toEqual(idle);
  });
});

describe("retryAfterLoss", () => {
  it("fails the culprit, and sends others again", () => {
    const loss = { guilty: "call 7", committing: false, unclear: false };
    expect(retryAfterLoss(loss, "query", { callId: 7 })).toBeInstanceOf(Error);
    expect(retryAfterLoss(loss, "mutation", { callId: 8 })).toBe(true);
  });

  it("does not repeat a write of which nobody knows whether it was applied", () => {
    const loss = { guilty: null, committing: true, unclear: true };
    expect(retryAfterLoss(loss, "mutation", { callId: 8 })).toMatchObject({
      message: expect.stringContaining("unknown whether") as string,
    });
    expect(retryAfterLoss(loss, "mutation", { callId: 8, sessionRequest: { session: "s", request: 1 } })).toBe(true);
    expect(retryAfterLoss(loss, "query", { callId: 8 })).toBe(true);
  });
});
