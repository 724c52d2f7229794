/** Functions that the executor, timers and HTTP actions call. */
import { v } from "convex/values";
import { getStoredSecrets } from "../connections/secrets.ts";
import { internalMutation, internalQuery } from "../functions.ts";
import { gateOf, getBreaker } from "./breaker.ts";
import { takeIn } from "./payloads.ts";
import { breakRun } from "./step.ts";
import { getHeld, handOver as callSuccessor, runTick } from "./tick.ts";
import { wakeRun } from "./wake.ts";

const heldFields = { runId: v.id("runs"), generation: v.number() };
const held = v.object(heldFields);

const taskValidator = v.union(
  v.object({
    kind: v.literal("perform"),
    operationId: v.number(),
    nodeId: v.number(),
    bundlePath: v.string(),
    type: v.string(),
    typeVersion: v.number(),
    input: v.string(),
    connectionId: v.optional(v.string()),
    effect: v.union(v.literal("read"), v.literal("idempotent"), v.literal("write")),
    attempt: v.number(),
    timeoutMs: v.number(),
    whenUnavailable: v.optional(v.literal("fail")),
  }),
  v.object({ kind: v.literal("continue") }),
  v.object({ kind: v.literal("wake"), atMs: v.number() }),
  v.object({ kind: v.literal("load"), storageId: v.id("_storage") }),
);

export const tick = internalMutation({
  args: {
    shard: v.number(),
    generation: v.number(),
    want: v.number(),
    keep: v.boolean(),
    isFirst: v.boolean(),
    results: v.array(
      v.object({
        ...heldFields,
        operationId: v.number(),
        attempt: v.number(),
        startedAtMs: v.number(),
        endedAtMs: v.number(),
        outcome: v.string(),
        deferredBy: v.optional(v.id("connections")),
        report: v.optional(
          v.object({
            connectionId: v.id("connections"),
            verdict: v.union(v.literal("failed"), v.literal("answered"), v.literal("neither")),
            message: v.string(),
          }),
        ),
        exposed: v.optional(v.array(v.string())),
      }),
    ),
    continues: v.array(held),
    renew: v.array(held),
    inFlight: v.optional(v.array(v.object({ organizationId: v.id("organizations"), count: v.number() }))),
    afterLane: v.optional(v.number()),
  },
  returns: v.object({
    work: v.array(v.object({ ...heldFields, organizationId: v.id("organizations"), task: taskValidator })),
    gone: v.array(v.id("runs")),
    abandoned: v.optional(v.array(v.object({ runId: v.id("runs"), operationId: v.number() }))),
    postponed: v.array(held),
    watching: v.boolean(),
    afterLane: v.optional(v.number()),
  }),
  handler: (ctx, args) => runTick(ctx, args),
});

export const handOver = internalMutation({
  args: { shard: v.number(), generation: v.number() },
  returns: v.null(),
  handler: async (ctx, args) => {
    await callSuccessor(ctx, args);
    return null;
  },
});

/** Ends a run that breaks the tick it is in. */
export const breakHeld = internalMutation({
  args: { ...heldFields, message: v.string() },
  returns: v.null(),
  handler: async (ctx, args) => {
    const run = await getHeld(ctx, args);
    if (run) await breakRun(ctx, run, args.message);
    return null;
  },
});

/** Moves a payload from its file into the database. */
export const takeInPayload = internalMutation({
  args: { ...heldFields, text: v.string() },
  returns: v.null(),
  handler: async (ctx, args) => {
    const run = await getHeld(ctx, args);
    if (run) await takeIn(ctx, run, args.text);
    return null;
  },
});

/** A timer's due time has come; scheduled once per wait. */
export const wake = internalMutation({
  args: heldFields,
  returns: v.null(),
  handler: async (ctx, args) => {
    await wakeRun(ctx, args);
    return null;
  },
});

/** A connection's sealed credentials, for the executor; null when the organization has none of this id. */
export const getConnection = internalQuery({
  args: { organizationId: v.id("organizations"), connectionId: v.string() },
  returns: v.union(
    v.null(),
    v.object({
      type: v.string(),
      organizationId: v.id("organizations"),
      sealId: v.string(),
      sealedValues: v.array(v.object({ field: v.string(), envelope: v.string() })),
      id: v.id("connections"),
      /** Null while the service answers; "off" where the connection has no circuit breaker. */
      gate: v.union(
        v.null(),
        v.literal("off"),
        v.object({
          state: v.union(v.literal("counting"), v.literal("open"), v.literal("trying")),
          nextTryAt: v.number(),
          failures: v.number(),
          message: v.string(),
          trialRunId: v.union(v.id("runs"), v.null()),
          trialUntil: v.number(),
        }),
      ),
    }),
  ),
  handler: async (ctx, args) => {
    const stored = await getStoredSecrets(ctx, args);
    if (stored === null) return null;
    const { breakerOff, ...secrets } = stored;
    return { ...secrets, gate: breakerOff ? ("off" as const) : gateOf(await getBreaker(ctx, stored.id)) };
  },
});
