import { describe, expect, it } from "vitest";
import type { Attempt, Operation } from "./runModel.ts";
import { buildLanes, MAX_BARS, MAX_ROWS, tickLabel, ticks } from "./timeline.ts";

const ORIGIN = 10_000;

const operation = (startedAt: number, durationMs: number | null, fields: Partial<Operation> = {}): Operation => ({
  id: `${fields.nodeId ?? 1}@${startedAt}`,
  nodeId: 1,
  bundlePath: "1",
  state: durationMs === null ? "running" : "succeeded",
  attempts: [],
  input: undefined,
  output: undefined,
  error: null,
  startedAt: ORIGIN + startedAt,
  durationMs,
  missing: [],
  ...fields,
});

const lanes = (operations: Operation[], endMs = ORIGIN + 1_000) =>
  buildLanes({ operations, originMs: ORIGIN, endMs, isWaitingNode: (id) => id === 6 });

describe("buildLanes", () => {
  it("orders lanes by what each node did first", () => {
    const built = lanes([
      operation(50, 10, { nodeId: 5 }),
      operation(0, 10, { nodeId: 9 }),
      operation(80, 5, { nodeId: 9 }),
    ]);
    expect(built.map((lane) => [lane.nodeId, lane.operationCount])).toEqual([
      [9, 2],
      [5, 1],
    ]);
  });

  it("stacks what overlaps and reuses rows", () => {
    const [lane] = lanes([operation(0, 100), operation(50, 100), operation(120, 10)]);
    expect(lane?.bars.map((bar) => bar.row)).toEqual([0, 1, 0]);
    expect(lane?.rows).toBe(2);
  });

  it("stacks operations of no length that begin together", () => {
    const [lane] = lanes([operation(0, 0), operation(0, 0)]);
    expect(lane?.bars.map((bar) => bar.row)).toEqual([0, 1]);
  });

  it("bounds rows and bars, and says what is left out", () => {
    const many = Array.from({ length: MAX_BARS + 7 }, () => operation(0, 100));
    const [lane] = lanes(many);
    expect(lane).toMatchObject({ rows: MAX_ROWS, hidden: 7, operationCount: MAX_BARS + 7 });
  });

  it("shows failed attempts and the pause before the next", () => {
    const attempt = (startedAt: number, durationMs: number, failed: boolean): Attempt => ({
      number: 1,
      startedAt: ORIGIN + startedAt,
      durationMs,
      error: failed ? { kind: "retryable", code: "x", message: "503" } : null,
    });
    const [lane] = lanes([operation(0, 400, { attempts: [attempt(0, 100, true), attempt(300, 100, false)] })]);
    expect(lane?.bars[0]?.segments).toEqual([
      { fromMs: 0, toMs: 100, tone: "failed" },
      { fromMs: 100, toMs: 300, tone: "waiting" },
      { fromMs: 300, toMs: 400, tone: "done" },
    ]);
  });

  it("draws what is live up to the end, and a delay as waiting", () => {
    const [running] = lanes([operation(200, null)]);
    expect(running?.bars[0]?.segments).toEqual([{ fromMs: 200, toMs: 1_000, tone: "running" }]);
    const [delay] = lanes([operation(0, 500, { nodeId: 6 })]);
    expect(delay?.bars[0]?.segments[0]?.tone).toBe("waiting");
  });

  it("keeps everything inside the run", () => {
    const [lane] = lanes([operation(-500, 5_000)]);
    expect(lane?.bars[0]).toMatchObject({ fromMs: 0, toMs: 1_000 });
  });
});

describe("ticks", () => {
  it.each([0, 3, 47, 900, 44_100, 3_600_000, 40 * 86_400_000])("are few, round and inside %i ms", (span) => {
    const marks = ticks(span, 6);
    expect(marks[0]).toBe(0);
    expect(marks.length).toBeLessThanOrEqual(7);
    expect(marks.at(-1)).toBeLessThanOrEqual(span);
  });

  it("have a step people can count", () => expect(ticks(44_100, 6)).toEqual([0, 10_000, 20_000, 30_000, 40_000]));
});

describe("tickLabel", () => {
  it.each([
    [0, "0"],
    [500, "500 ms"],
    [10_000, "10 s"],
    [300_000, "5 min"],
    [90_000, "1 min 30 s"],
    [7_200_000, "2 h"],
    [5_400_000, "1 h 30 min"],
  ])("of %i ms is %s", (ms, label) => expect(tickLabel(ms)).toBe(label));
});
