/**
 * The transactions of a poll. `take` claims it, `accept` starts runs for what it found and moves the cursor, `fail` notes that it
 * failed. What keeps items from being lost or doubled, wherever a process dies:
 * - the cursor moves only with the last items of a poll, in one transaction with their runs;
 * - each run is stored in one transaction with its item's id, and an id that is known starts nothing;
 * - a poll that is given up (its time is over, somebody set another) has an old generation, and is refused from then on.
 */
import { nextPollAt } from "@patchbay/core";
import { v, type Infer } from "convex/values";
import { internal } from "../_generated/api.js";
import type { Doc, Id } from "../_generated/dataModel.d.ts";
import { recordAudit } from "../audit/model.ts";
import { internalMutation, type MutationCtx } from "../functions.ts";
import { DAY_MS, MINUTE_MS, SECOND_MS, touch } from "../lib/time.ts";
import { refusalOf } from "../runs/admission.ts";
import { randomShard } from "../runs/queue.ts";
import { resolvePin, startRun } from "../runs/start.ts";
import { arrangePoller, getMemory, pollAt, pollingOf } from "./model.ts";

/** A poll that says nothing for so long has died: longer than a poll may take, and each of its steps. */
const LEASE_MS = 3 * MINUTE_MS;
/** Timers may be a little late without being lost. */
const TIMER_GRACE_MS = 30 * SECOND_MS;
const SWEEP_BATCH = 50;
/** Ids that are remembered per scenario: two polls' worth, so that a list may turn over once between them. */
const MAX_SEEN = 2_000;
/** Polls that fail for longer than this, at least so often, switch their scenario off. */
const STOP_AFTER_MS = 3 * DAY_MS;
const STOP_AFTER_FAILURES = 10;
const MAX_MESSAGE_CHARACTERS = 500;

export const jobValidator = v.object({
  pollerId: v.id("pollers"),
  generation: v.number(),
  organizationId: v.id("organizations"),
  trigger: v.string(),
  cursor: v.union(v.string(), v.null()),
  begun: v.boolean(),
  seen: v.array(v.string()),
});
export type PollJob = Infer<typeof jobValidator>;

/** Claims a poll that is due. Null where it is not, or somebody else has it: two never poll at once. */
export const take = internalMutation({
  args: { pollerId: v.id("pollers"), generation: v.number() },
  returns: v.union(jobValidator, v.null()),
  handler: async (ctx, args): Promise<PollJob | null> => {
    const row = await ctx.db.get("pollers", args.pollerId);
    const nowMs = Date.now();
    if (row?.generation !== args.generation || row.nextAt === undefined || row.nextAt > nowMs) return null;
    const generation = row.generation + 1;
    await ctx.db.patch("pollers", row._id, { isPolling: true, nextAt: nowMs + LEASE_MS, generation, ...touch() });
    const memory = await getMemory(ctx, row._id);
    const { _id: pollerId, organizationId, trigger, cursor = null, begun } = row;
    return { pollerId, generation, organizationId, trigger, cursor, begun, seen: memory?.seen ?? [] };
  },
});

const held = { pollerId: v.id("pollers"), generation: v.number() };

/** The row, if the poll's claim on it still stands. */
async function getHeld(
  ctx: MutationCtx,
  args: { pollerId: Id<"pollers">; generation: number },
): Promise<Doc<"pollers"> | null> {
  const row = await ctx.db.get("pollers", args.pollerId);
  return row?.generation === args.generation && row.isPolling ? row : null;
}

/**
 * Starts the runs of some items that a poll found, and remembers their ids; with `last`, moves the cursor and sets the next
 * poll. Answers `gone` to a poll that has been given up, and `later` while too much waits to be done: nothing was stored then,
 * and the items will be found again.
 */
export const accept = internalMutation({
  args: {
    ...held,
    /** `data` is JSON text of the run's bundle; `ids` are those that it stands for. */
    runs: v.array(v.object({ ids: v.array(v.string()), data: v.string() })),
    /** Ids that start nothing: they were there before, or are only to be remembered for longer. */
    skipped: v.array(v.string()),
    begun: v.boolean(),
    last: v.optional(v.object({ cursor: v.string(), hasMore: v.boolean(), found: v.number() })),
  },
  returns: v.union(v.literal("ok"), v.literal("gone"), v.literal("later")),
  handler: async (ctx, args) => {
    const row = await getHeld(ctx, args);
    if (row === null) return "gone";
    const shard = randomShard();
    const scenario = await ctx.db.get("scenarios", row.scenarioId);
    if (scenario === null) return "gone";
    const refusal = args.runs.length > 0 ? await refusalOf(ctx, { shard, scenario }) : null;
    if (refusal) {
      await pollAt(ctx, row, Date.now() + refusal.retryAfterMs);
      return "later";
    }
    const memory = await getMemory(ctx, row._id);
    const seen = new Set(memory?.seen);
    // The set keeps the order of insertion: what was seen again is the newest again.
    for (const id of args.skipped) {
      seen.delete(id);
      seen.add(id);
    }
    for (const run of args.runs) {
      if (run.ids.some((id) => seen.has(id))) continue;
      await start(ctx, scenario, { text: run.data, shard });
      for (const id of run.ids) seen.add(id);
    }
    const newest = [...seen].slice(-MAX_SEEN);
    if (memory) await ctx.db.patch("pollerMemories", memory._id, { seen: newest });
    else await ctx.db.insert("pollerMemories", { pollerId: row._id, seen: newest });
    if (args.last) await finish(ctx, row, { begun: args.begun, ...args.last });
    else await ctx.db.patch("pollers", row._id, { begun: args.begun, nextAt: Date.now() + LEASE_MS, ...touch() });
    return "ok";
  },
});

async function start(
  ctx: MutationCtx,
  scenario: Doc<"scenarios">,
  run: { text: string; shard: number },
): Promise<void> {
  const pin = await resolvePin(ctx, { scenario, source: { kind: "version" } });
  if (!pin) throw new Error(`Scenario ${scenario._id} is polled but has no published version.`);
  const payload = { kind: "text" as const, text: run.text };
  const started = await startRun(ctx, { scenario, pin, trigger: "polling", payload, shard: run.shard });
  if (started.kind === "ok") return;
  const reasons = started.issues.map(({ message }) => message).join(" ");
  throw new Error(`The published version cannot be executed: ${reasons}`);
}

async function finish(
  ctx: MutationCtx,
  row: Doc<"pollers">,
  result: { begun: boolean; cursor: string; hasMore: boolean; found: number },
): Promise<void> {
  const nowMs = Date.now();
  const { intervalMs } = pollingOf(row);
  const atMs = result.hasMore ? nowMs : nextPollAt({ nowMs, intervalMs, failures: 0, chance: Math.random() });
  await pollAt(ctx, row, atMs, {
    cursor: result.cursor,
    begun: result.begun,
    lastPolledAt: nowMs,
    failures: 0,
    failingSince: undefined,
    lastError: undefined,
    ...(result.found > 0 && { lastFoundAt: nowMs, lastFoundCount: result.found }),
  });
}

/** Notes a poll that failed, and when to try again; after a long time of that, switches the scenario off. */
export const fail = internalMutation({
  args: { ...held, kind: v.string(), message: v.string(), retryAfterMs: v.optional(v.number()) },
  returns: v.null(),
  handler: async (ctx, { kind, message, retryAfterMs, ...args }) => {
    const row = await getHeld(ctx, args);
    if (row === null) return null;
    const nowMs = Date.now();
    const failures = row.failures + 1;
    const failingSince = row.failingSince ?? nowMs;
    const lastError = { kind, message: message.slice(0, MAX_MESSAGE_CHARACTERS), at: nowMs };
    const noted = { failures, failingSince, lastError, lastPolledAt: nowMs };
    if (failures >= STOP_AFTER_FAILURES && nowMs - failingSince >= STOP_AFTER_MS) {
      await stop(ctx, row, { ...noted, stoppedAt: nowMs });
      return null;
    }
    const { intervalMs } = pollingOf(row);
    await pollAt(ctx, row, nextPollAt({ nowMs, intervalMs, failures, retryAfterMs, chance: Math.random() }), noted);
    return null;
  },
});

async function stop(
  ctx: MutationCtx,
  row: Doc<"pollers">,
  noted: Pick<Doc<"pollers">, "failures" | "failingSince" | "lastError" | "lastPolledAt" | "stoppedAt">,
): Promise<void> {
  await ctx.db.patch("pollers", row._id, noted);
  await ctx.db.patch("scenarios", row.scenarioId, { enabled: false, ...touch() });
  await arrangePoller(ctx, row.scenarioId);
  await recordAudit(ctx, {
    organizationId: row.organizationId,
    actor: null,
    action: "scenario.stoppedPolling",
    resource: { type: "scenario", id: row.scenarioId },
    details: { message: noted.lastError?.message ?? "", failures: noted.failures },
  });
}

/** Polls whose timer or process is gone (a restored backup brings no timers along). */
export const sweep = internalMutation({
  args: {},
  returns: v.null(),
  handler: async (ctx) => {
    const overdue = await ctx.db
      .query("pollers")
      .withIndex("by_nextAt", (q) => q.gt("nextAt", 0).lt("nextAt", Date.now() - TIMER_GRACE_MS))
      .take(SWEEP_BATCH);
    for (const { _id: pollerId, generation } of overdue) {
      await ctx.scheduler.runAfter(0, internal.polling.perform.poll, { pollerId, generation });
    }
    return null;
  },
});
