/**
 * A clock strikes: in one transaction the run is stored and the next time is set, so that no time is lost or run twice. The
 * sweeper finds clocks whose timer is gone (a restored backup brings none along).
 */
import { nextOccurrence, type Schedule } from "@patchbay/core";
import { v } from "convex/values";
import { internal } from "../_generated/api.js";
import type { Doc } from "../_generated/dataModel.d.ts";
import { internalMutation, type MutationCtx } from "../functions.ts";
import { MINUTE_MS, SECOND_MS, touch } from "../lib/time.ts";
import { scheduleBundle } from "../runs/bundle.ts";
import { refusalOf } from "../runs/admission.ts";
import { randomShard } from "../runs/queue.ts";
import { resolvePin, startRun } from "../runs/start.ts";
import { scheduleOf, setTimer } from "./model.ts";

/** A time counts as missed when it is later than this. */
const GRACE_MS = MINUTE_MS;
/** Missed times that one transaction makes up for. */
const MAX_RUNS = 20;
/** Missed times that are counted one by one; of more it is only known that they are more. */
const MAX_COUNTED = 10_000;
/** Timers may be a little late without being lost. */
const TIMER_GRACE_MS = 30 * SECOND_MS;
const SWEEP_BATCH = 50;

export const tick = internalMutation({
  args: { scheduleId: v.id("schedules"), generation: v.number() },
  returns: v.null(),
  handler: async (ctx, { scheduleId, generation }) => {
    const row = await ctx.db.get("schedules", scheduleId);
    if (row?.generation === generation) await strike(ctx, row);
    return null;
  },
});

export const sweep = internalMutation({
  args: {},
  returns: v.null(),
  handler: async (ctx) => {
    const overdue = await ctx.db
      .query("schedules")
      .withIndex("by_nextAt", (q) => q.gt("nextAt", 0).lt("nextAt", Date.now() - TIMER_GRACE_MS))
      .take(SWEEP_BATCH);
    // Each in a transaction of its own: one that fails must not hold up the others.
    for (const { _id: scheduleId, generation } of overdue) {
      await ctx.scheduler.runAfter(0, internal.schedules.tick.tick, { scheduleId, generation });
    }
    return null;
  },
});

async function strike(ctx: MutationCtx, row: Doc<"schedules">): Promise<void> {
  const nowMs = Date.now();
  if (row.nextAt === undefined || row.nextAt > nowMs) return;
  const shard = randomShard();
  const refusal = await refusalOf(ctx, { shard, scenario: await requireScenarioOf(ctx, row) });
  if (refusal) {
    await ctx.scheduler.runAfter(refusal.retryAfterMs, internal.schedules.tick.tick, tickOf(row));
    return;
  }
  const { runs, nextAt } = plan(scheduleOf(row), { row, dueMs: row.nextAt, nowMs });
  for (const run of runs) await start(ctx, row, { ...run, nowMs, shard });
  const generation = row.generation + 1;
  await ctx.db.patch("schedules", row._id, { nextAt, generation, ...touch() });
  await setTimer(ctx, { scheduleId: row._id, generation, atMs: nextAt });
}

async function requireScenarioOf(ctx: MutationCtx, row: Doc<"schedules">): Promise<Doc<"scenarios">> {
  const scenario = await ctx.db.get("scenarios", row.scenarioId);
  if (scenario === null) throw new Error(`Scenario ${row.scenarioId} of a schedule is missing.`);
  return scenario;
}

const tickOf = ({ _id: scheduleId, generation }: Doc<"schedules">) => ({ scheduleId, generation });

interface DueRun {
  scheduledMs: number;
  /** Earlier times that the run makes up for. */
  missed: number;
}

/** The runs that are due now, and when the clock strikes next. */
function plan(
  schedule: Schedule,
  at: { row: Doc<"schedules">; dueMs: number; nowMs: number },
): { runs: DueRun[]; nextAt: number | undefined } {
  const { row, dueMs, nowMs } = at;
  const after = (afterMs: number) => nextOccurrence(schedule, { afterMs, anchorMs: row.anchorAt }) ?? undefined;
  if (schedule.missed === "all") return planAll(dueMs, nowMs, after);
  let newest = dueMs;
  let passed = 0;
  for (let next = after(dueMs); next !== undefined && next <= nowMs && passed < MAX_COUNTED; next = after(next)) {
    newest = next;
    passed += 1;
  }
  const isLate = nowMs - newest > GRACE_MS;
  const nextAt = after(Math.max(newest, nowMs));
  if (schedule.missed === "once") return { runs: [{ scheduledMs: newest, missed: passed }], nextAt };
  return { runs: isLate ? [] : [{ scheduledMs: newest, missed: 0 }], nextAt };
}

function planAll(dueMs: number, nowMs: number, after: (ms: number) => number | undefined) {
  const runs: DueRun[] = [];
  let nextAt: number | undefined = dueMs;
  while (nextAt !== undefined && nextAt <= nowMs && runs.length < MAX_RUNS) {
    runs.push({ scheduledMs: nextAt, missed: 0 });
    nextAt = after(nextAt);
  }
  return { runs, nextAt };
}

async function start(
  ctx: MutationCtx,
  row: Doc<"schedules">,
  run: DueRun & { nowMs: number; shard: number },
): Promise<void> {
  const scenario = await requireScenarioOf(ctx, row);
  const pin = await resolvePin(ctx, { scenario, source: { kind: "version" } });
  if (pin === null) throw new Error(`Scenario ${row.scenarioId} has a schedule but no published version.`);
  const text = scheduleBundle({ scheduledMs: run.scheduledMs, startedMs: run.nowMs, missed: run.missed });
  const payload = { kind: "text" as const, text };
  const started = await startRun(ctx, { scenario, pin, trigger: "schedule", payload, shard: run.shard });
  if (started.kind === "ok") return;
  throw new Error(
    `The published version cannot be executed: ${started.issues.map(({ message }) => message).join(" ")}`,
  );
}
