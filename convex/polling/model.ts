/** Which scenarios are polled: set up when one is published or switched on, and how it stands. */
import { pollingKey, readPolling, type Definition, type JsonValue, type Polling } from "@patchbay/core";
import { manifestCatalog } from "@patchbay/catalog/manifests";
import { internal } from "../_generated/api.js";
import type { Doc, Id } from "../_generated/dataModel.d.ts";
import type { MutationCtx, OrgMutationCtx, OrgQueryCtx, QueryCtx } from "../functions.ts";
import { appError } from "../lib/errors.ts";
import { touch } from "../lib/time.ts";
import { requireEditableScenario, requireScenario } from "../scenarios/access.ts";
import { parseStored } from "../scenarios/definition.ts";

/** A polling trigger as it is placed in a definition. */
export interface PolledTrigger {
  type: string;
  typeVersion: number;
  connectionId?: string;
  config: Record<string, JsonValue>;
}

/** The definition's polling trigger, or null where it begins otherwise. */
export function polledTriggerOf(definition: Definition): PolledTrigger | null {
  for (const { type, typeVersion, connectionId, config } of definition.nodes) {
    const kind = manifestCatalog.getNodeKind(type, typeVersion);
    if (kind?.role !== "trigger") continue;
    if (kind.node.kind !== "polling") return null;
    return { type, typeVersion, ...(connectionId !== undefined && { connectionId }), config };
  }
  return null;
}

export const triggerIn = (row: Doc<"pollers">): PolledTrigger => JSON.parse(row.trigger) as PolledTrigger;
export const pollingOf = (row: Doc<"pollers">): Polling => readPolling(triggerIn(row).config);

export async function getPoller(ctx: QueryCtx, scenarioId: Id<"scenarios">): Promise<Doc<"pollers"> | null> {
  return await ctx.db
    .query("pollers")
    .withIndex("by_scenario", (q) => q.eq("scenarioId", scenarioId))
    .unique();
}

export async function getMemory(ctx: QueryCtx, pollerId: Id<"pollers">): Promise<Doc<"pollerMemories"> | null> {
  return await ctx.db
    .query("pollerMemories")
    .withIndex("by_poller", (q) => q.eq("pollerId", pollerId))
    .unique();
}

/**
 * Brings the poller in line with its scenario's row and published version. Call it in the transaction that changed either. A
 * scenario that is switched off keeps its place, and goes on from there; one that polls something else begins anew.
 */
export async function arrangePoller(ctx: MutationCtx, scenarioId: Id<"scenarios">): Promise<void> {
  const scenario = await ctx.db.get("scenarios", scenarioId);
  const row = await getPoller(ctx, scenarioId);
  const isPolled = scenario?.publishedTrigger === "polling";
  if (scenario === null || !isPolled) {
    if (row !== null) await remove(ctx, row);
    return;
  }
  if (!scenario.enabled || scenario.archivedAt !== undefined) {
    if (row !== null) await pause(ctx, row);
    return;
  }
  const stored =
    scenario.publishedDefinitionId && (await ctx.db.get("versionDefinitions", scenario.publishedDefinitionId));
  const trigger = stored ? polledTriggerOf(parseStored(stored.definition)) : null;
  if (trigger === null) throw new Error(`Scenario ${scenarioId} should be polled, but has no polling trigger.`);
  await resume(ctx, { scenario, row, trigger });
}

async function remove(ctx: MutationCtx, row: Doc<"pollers">): Promise<void> {
  const memory = await getMemory(ctx, row._id);
  if (memory !== null) await ctx.db.delete("pollerMemories", memory._id);
  await ctx.db.delete("pollers", row._id);
}

async function pause(ctx: MutationCtx, row: Doc<"pollers">): Promise<void> {
  if (row.nextAt === undefined) return;
  const generation = row.generation + 1;
  await ctx.db.patch("pollers", row._id, { nextAt: undefined, isPolling: false, generation, ...touch() });
}

async function resume(
  ctx: MutationCtx,
  args: { scenario: Doc<"scenarios">; row: Doc<"pollers"> | null; trigger: PolledTrigger },
): Promise<void> {
  const { scenario, row, trigger } = args;
  const text = JSON.stringify(trigger);
  const key = pollingKey(trigger);
  if (row !== null && row.key === key) {
    const isUnchanged = row.trigger === text && row.nextAt !== undefined;
    if (!isUnchanged) await pollAt(ctx, row, Date.now(), { trigger: text, ...health });
    return;
  }
  const fields = { trigger: text, key, cursor: undefined, begun: false, ...health };
  if (row !== null) return await restart(ctx, row, fields);
  const { organizationId, _id: scenarioId } = scenario;
  const fresh = { organizationId, scenarioId, ...fields, isPolling: false, generation: 0, ...touch() };
  const pollerId = await ctx.db.insert("pollers", fresh);
  const inserted = await ctx.db.get("pollers", pollerId);
  if (inserted !== null) await pollAt(ctx, inserted, Date.now());
}

/** A poller that is set going has no past. */
const health = { failures: 0, failingSince: undefined, lastError: undefined, stoppedAt: undefined } as const;

async function restart(ctx: MutationCtx, row: Doc<"pollers">, fields: Partial<Doc<"pollers">>): Promise<void> {
  const memory = await getMemory(ctx, row._id);
  if (memory !== null) await ctx.db.patch("pollerMemories", memory._id, { seen: [] });
  await pollAt(ctx, row, Date.now(), fields);
}

/** Sets the next poll, in place of any that was set or is under way. */
export async function pollAt(
  ctx: MutationCtx,
  row: Doc<"pollers">,
  atMs: number,
  fields: Partial<Doc<"pollers">> = {},
): Promise<void> {
  const generation = row.generation + 1;
  await ctx.db.patch("pollers", row._id, { ...fields, nextAt: atMs, isPolling: false, generation, ...touch() });
  await ctx.scheduler.runAt(atMs, internal.polling.perform.poll, { pollerId: row._id, generation });
}

/** How the scenario's polls stand; null where it is not polled. */
export async function describePolling(ctx: OrgQueryCtx, args: { scenarioId: string }) {
  const scenario = await requireScenario(ctx, args);
  const row = await getPoller(ctx, scenario._id);
  if (row === null) return null;
  return {
    state: stateOf(row),
    /** Null while it is off, or a poll is under way. */
    nextPollAt: row.isPolling ? null : (row.nextAt ?? null),
    intervalMs: pollingOf(row).intervalMs,
    begun: row.begun,
    lastPolledAt: row.lastPolledAt ?? null,
    lastFoundAt: row.lastFoundAt ?? null,
    lastFoundCount: row.lastFoundCount ?? null,
    failures: row.failures,
    failingSince: row.failingSince ?? null,
    lastError: row.lastError ?? null,
    stoppedAt: row.stoppedAt ?? null,
  };
}

function stateOf(row: Doc<"pollers">): "stopped" | "off" | "polling" | "failing" | "waiting" {
  if (row.nextAt === undefined) return row.stoppedAt === undefined ? "off" : "stopped";
  if (row.isPolling) return "polling";
  return row.failures > 0 ? "failing" : "waiting";
}

/** Polls at once instead of at the next time. A poll that is under way is enough. Throws `conflict` where nothing is polled. */
export async function pollSoon(ctx: OrgMutationCtx, args: { scenarioId: string }): Promise<void> {
  const row = await requirePolled(ctx, args);
  if (!row.isPolling) await pollAt(ctx, row, Date.now());
}

/** Forgets the place that was reached: the next poll is the first one again, and does what the trigger says of that. */
export async function startAnew(ctx: OrgMutationCtx, args: { scenarioId: string }): Promise<void> {
  const row = await requirePolled(ctx, args);
  await restart(ctx, row, { cursor: undefined, begun: false, ...health });
}

async function requirePolled(ctx: OrgQueryCtx, args: { scenarioId: string }): Promise<Doc<"pollers">> {
  const scenario = await requireEditableScenario(ctx, args);
  const row = await getPoller(ctx, scenario._id);
  if (row?.nextAt === undefined) {
    throw appError("conflict", "The scenario is not polled: publish it with such a trigger, and switch it on.", {
      reason: "not_polled",
    });
  }
  return row;
}
