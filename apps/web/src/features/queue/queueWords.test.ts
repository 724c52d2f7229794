import { describe, expect, it } from "vitest";
import { drainProgress, readLimit, waitReasons } from "./queueWords.ts";

const none = { ready: 0, heldByTurn: 0, heldByPause: 0, heldByOrganization: 0 };

describe("waitReasons", () => {
  it("names each reason with its count, the most first", () => {
    expect(waitReasons({ ...none, ready: 3, heldByPause: 1_200 })).toBe("1,200 paused, 3 to be taken on");
    expect(waitReasons({ ...none, heldByTurn: 1, heldByOrganization: 2 })).toBe(
      "2 for the organization's limit, 1 for their turn",
    );
    expect(waitReasons(none)).toBe("");
  });
});

describe("drainProgress", () => {
  it.each([
    [{ running: 1 }, "1 run is still to be done."],
    [{ running: 1, heldByPause: 4 }, "5 runs are still to be done."],
    [{ running: 1_000, isCut: true }, "More than 1,000 runs are still to be done."],
    [{}, "Everything that was accepted is done."],
    [{ sleeping: 2 }, "Everything that was accepted is done. 2 wait for a time or an event, and keep."],
  ])("tells of %j", (counts, words) => {
    expect(drainProgress({ ...none, running: 0, sleeping: 0, isCut: false, ...counts })).toBe(words);
  });
});

describe("readLimit", () => {
  it("takes whole numbers within bounds, and nothing as no limit", () => {
    expect(["", " ", "1", "200", "0", "201", "1.5", "x"].map((text) => readLimit(text, 200))).toEqual([
      null,
      null,
      1,
      200,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});
