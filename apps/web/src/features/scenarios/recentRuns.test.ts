import { describe, expect, it } from "vitest";
import { describeRuns, sparkBars } from "./recentRuns.ts";

const run = (id: string, state: string, durationMs: number | null) => ({ id, state, durationMs });

describe("sparkBars", () => {
  it("scales to the longest and keeps the order", () => {
    const bars = sparkBars([run("a", "succeeded", 100), run("b", "succeeded", 400)]);
    expect(bars).toEqual([
      { key: "a", share: 0.5, tone: "normal" },
      { key: "b", share: 1, tone: "normal" },
    ]);
  });

  it("shows failures full height whatever they took", () => {
    expect(sparkBars([run("a", "failed", 1), run("b", "succeeded", 900)])[0]).toMatchObject({ share: 1, tone: "bad" });
  });

  it("shows runs without a measurable duration at half height", () => {
    expect(sparkBars([run("a", "succeeded", 0)])).toMatchObject([{ share: 0.5, tone: "normal" }]);
  });

  it("never hides a bar", () => {
    const bars = sparkBars([run("a", "succeeded", 0), run("b", "running", null), run("c", "incomplete", null)]);
    expect(bars.every((bar) => bar.share > 0)).toBe(true);
    expect(bars.map((bar) => bar.tone)).toEqual(["normal", "signal", "warn"]);
  });
});

describe("describeRuns", () => {
  it("says what the bars show", () => {
    expect(describeRuns([])).toBe("No runs yet");
    expect(describeRuns([run("a", "succeeded", 1_500)])).toBe("1 run, none failed, the longest 1.5 s");
    expect(describeRuns([run("a", "failed", 20), run("b", "running", null)])).toBe(
      "2 runs, 1 failed, the longest 20 ms",
    );
  });
});
