import { describe, expect, it } from "vitest";
import { runActs, shortId, sourceLabel, tookLabel } from "./runFacts.ts";

describe("run facts", () => {
  it("names what a run is pinned to", () => {
    expect(sourceLabel({ kind: "version", number: 14 })).toBe("v14");
    expect(sourceLabel({ kind: "draft", revision: 3 })).toBe("draft r3");
  });

  it("counts a live run up to now", () => {
    expect(tookLabel({ startedAt: 1_000, endedAt: 3_500 }, 99_000)).toBe("2.5 s");
    expect(tookLabel({ startedAt: 1_000, endedAt: null }, 4_000)).toBe("3.0 s");
  });

  it("keeps the end of an id", () => expect(shortId("abcdefghijkl")).toBe("ghijkl"));
});

describe("runActs", () => {
  it.each(["queued", "running", "waiting"])("a %s run can only be stopped", (state) => {
    expect(runActs(state)).toEqual(["cancel"]);
  });

  it("an incomplete run can be retried, discarded or replayed", () => {
    expect(runActs("incomplete")).toEqual(["retry", "discard", "replay"]);
  });

  it.each(["succeeded", "failed", "cancelled"])("a %s run can only be replayed", (state) => {
    expect(runActs(state)).toEqual(["replay"]);
  });
});
