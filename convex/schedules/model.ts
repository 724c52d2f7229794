/** The clocks of scheduled scenarios: set when a scenario is published or switched on, and taken away with it. */
import { nextOccurrence, readSchedule, type Definition, type Schedule } from "@patchbay/core";
import { manifestCatalog } from "@patchbay/catalog/manifests";
import { internal } from "../_generated/api.js";
import type { Doc, Id } from "../_generated/dataModel.d.ts";
import type { MutationCtx, QueryCtx } from "../functions.ts";
import { touch } from "../lib/time.ts";
import { parseStored } from "../scenarios/definition.ts";

export type TriggerKind = NonNullable<Doc<"scenarios">["publishedTrigger"]>;

/** What starts runs of a definition; null where it has no trigger that is installed. */
export function triggerOf(definition: Definition): { kind: TriggerKind; config: string } | null {
  for (const node of definition.nodes) {
    const kind = manifestCatalog.getNodeKind(node.type, node.typeVersion);
    if (kind?.role === "trigger") return { kind: kind.node.kind, config: JSON.stringify(node.config) };
  }
  return null;
}

export async function getSchedule(ctx: QueryCtx, scenarioId: Id<"scenarios">): Promise<Doc<"schedules"> | null> {
  return await ctx.db
    .query("schedules")
    .withIndex("by_scenario", (q) => q.eq("scenarioId", scenarioId))
    .unique();
}

/** The schedule that a row stands for. Throws where its config cannot be read, which publishing forbids. */
export function scheduleOf(row: Pick<Doc<"schedules">, "config" | "scenarioId">): Schedule {
  const read = readSchedule(JSON.parse(row.config) as Parameters<typeof readSchedule>[0]);
  if (!read.ok)
    throw new Error(`The schedule of scenario ${row.scenarioId} cannot be read: ${read.faults[0]?.message}`);
  return read.schedule;
}

/**
 * Brings a scenario's clock in line with its row and its published version. Call it in the transaction that changed either.
 * A clock whose config stays the same keeps its times.
 */
export async function arrangeSchedule(ctx: MutationCtx, scenarioId: Id<"scenarios">): Promise<void> {
  const scenario = await ctx.db.get("scenarios", scenarioId);
  const row = await getSchedule(ctx, scenarioId);
  const config = scenario === null ? null : await wantedConfig(ctx, scenario);
  if (row?.config === config) return;
  if (scenario === null || config === null) {
    if (row !== null) await ctx.db.delete("schedules", row._id);
    return;
  }
  await setClock(ctx, { scenario, row, config });
}

async function wantedConfig(ctx: MutationCtx, scenario: Doc<"scenarios">): Promise<string | null> {
  const { enabled, archivedAt, publishedDefinitionId, publishedTrigger } = scenario;
  const isOn = enabled && archivedAt === undefined && publishedTrigger === "schedule";
  if (!isOn || publishedDefinitionId === undefined) return null;
  const stored = await ctx.db.get("versionDefinitions", publishedDefinitionId);
  return stored === null ? null : (triggerOf(parseStored(stored.definition))?.config ?? null);
}

async function setClock(
  ctx: MutationCtx,
  args: { scenario: Doc<"scenarios">; row: Doc<"schedules"> | null; config: string },
): Promise<void> {
  const { scenario, row, config } = args;
  const nowMs = Date.now();
  const schedule = scheduleOf({ config, scenarioId: scenario._id });
  const nextAt = nextOccurrence(schedule, { afterMs: nowMs, anchorMs: nowMs }) ?? undefined;
  const fields = { config, anchorAt: nowMs, nextAt, generation: (row?.generation ?? 0) + 1, ...touch() };
  const { organizationId, _id: scenarioId } = scenario;
  const scheduleId = row?._id ?? (await ctx.db.insert("schedules", { organizationId, scenarioId, ...fields }));
  if (row !== null) await ctx.db.patch("schedules", row._id, fields);
  await setTimer(ctx, { scheduleId, generation: fields.generation, atMs: nextAt });
}

/** Calls the tick when the time comes. Without a time there is nothing to call. */
export async function setTimer(
  ctx: MutationCtx,
  timer: { scheduleId: Id<"schedules">; generation: number; atMs: number | undefined },
): Promise<void> {
  const { scheduleId, generation, atMs } = timer;
  if (atMs === undefined) return;
  await ctx.scheduler.runAt(atMs, internal.schedules.tick.tick, { scheduleId, generation });
}
