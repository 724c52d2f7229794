import { describe, expect, it } from "vitest";
import { lossOf, retryAfterLoss } from "./loss.ts";

const activity = { label: "call 7", sequence: 3, beats: 5 };

describe("lossOf", () => {
  it("blames the call that ran, and the latest one for what it left behind", () => {
    expect(lossOf({ ...activity, phase: "running" })).toEqual({ guilty: "call 7", committing: false });
    expect(lossOf({ ...activity, phase: "idle" })).toEqual({ guilty: "call 7", committing: false });
  });

  it("blames nobody for a death in a commit, or before the first call", () => {
    expect(lossOf({ ...activity, phase: "committing" })).toEqual({ guilty: null, committing: true });
    expect(lossOf({ ...activity, phase: "answering" })).toEqual({ guilty: null, committing: true });
    expect(lossOf({ ...activity, label: "", phase: "idle" })).toEqual({ guilty: null, committing: false });
  });
});

describe("retryAfterLoss", () => {
  it("fails the culprit, and sends others again", () => {
    const loss = { guilty: "call 7", committing: false };
    expect(retryAfterLoss(loss, "query", { callId: 7 })).toBeInstanceOf(Error);
    expect(retryAfterLoss(loss, "mutation", { callId: 8 })).toBe(true);
  });

  it("does not repeat a write of which nobody knows whether it was applied", () => {
    const loss = { guilty: null, committing: true };
    expect(retryAfterLoss(loss, "mutation", { callId: 8 })).toMatchObject({
      message: expect.stringContaining("unknown whether") as string,
    });
    expect(retryAfterLoss(loss, "mutation", { callId: 8, sessionRequest: { session: "s", request: 1 } })).toBe(true);
    expect(retryAfterLoss(loss, "query", { callId: 8 })).toBe(true);
  });
});
