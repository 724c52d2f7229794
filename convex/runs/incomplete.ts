/** The organization's incomplete runs at a glance: how many there are, and which of them stopped for the same reason. */
import { v, type Infer } from "convex/values";
import type { Doc } from "../_generated/dataModel.d.ts";
import type { OrgQueryCtx, QueryCtx } from "../functions.ts";
import { parseStored } from "../scenarios/definition.ts";
import { loadDefinition } from "./plans.ts";

/** Incomplete runs that the summary looks at, the newest; `isCut` tells of more. */
const MAX_SUMMARIZED = 1_000;
/** Groups whose node is told by name: that takes a look into a definition. */
const MAX_NAMED = 20;
/** The navigation counts so far. */
const MAX_COUNTED = 100;

export const incompleteCountValidator = v.object({ count: v.number(), isCut: v.boolean() });

/** How many runs wait for somebody, up to a hundred. */
export async function countIncomplete(ctx: OrgQueryCtx): Promise<Infer<typeof incompleteCountValidator>> {
  const rows = await newestIncomplete(ctx).take(MAX_COUNTED);
  return { count: rows.length, isCut: rows.length === MAX_COUNTED };
}

export const incompleteSummaryValidator = v.object({
  count: v.number(),
  isCut: v.boolean(),
  /** The largest first. */
  groups: v.array(
    v.object({
      scenarioId: v.id("scenarios"),
      scenarioName: v.string(),
      /** The error's code and the node's id, where they are known. */
      code: v.optional(v.string()),
      nodeId: v.optional(v.number()),
      nodeName: v.optional(v.string()),
      /** Of the newest run of the group. */
      error: v.optional(v.string()),
      newestAt: v.number(),
      count: v.number(),
      /** How many of them try again by themselves. */
      retrying: v.number(),
    }),
  ),
});
type Summary = Infer<typeof incompleteSummaryValidator>;

/** Incomplete runs, those of one scenario that met the same error at the same node together. */
export async function summarizeIncomplete(ctx: OrgQueryCtx): Promise<Summary> {
  const groups = new Map<string, { newest: Doc<"runs">; count: number; retrying: number }>();
  const rows = await newestIncomplete(ctx).take(MAX_SUMMARIZED);
  for (const run of rows) {
    const key = `${run.scenarioId} ${run.failure?.code ?? ""} ${run.failure?.nodeId ?? ""}`;
    const group = groups.get(key) ?? { newest: run, count: 0, retrying: 0 };
    group.count += 1;
    if (run.waitReason === "break") group.retrying += 1;
    groups.set(key, group);
  }
  const largest = [...groups.values()].sort((a, b) => b.count - a.count || b.newest.startedAt - a.newest.startedAt);
  return {
    count: rows.length,
    isCut: rows.length === MAX_SUMMARIZED,
    groups: await Promise.all(
      largest.map((group, index) => describeGroup(ctx, { ...group, isNamed: index < MAX_NAMED })),
    ),
  };
}

const newestIncomplete = (ctx: OrgQueryCtx) =>
  ctx.db
    .query("runs")
    .withIndex("by_organization_and_state", (q) =>
      q.eq("organizationId", ctx.actor.organizationId).eq("state", "incomplete"),
    )
    .order("desc");

async function describeGroup(
  ctx: QueryCtx,
  group: { newest: Doc<"runs">; count: number; retrying: number; isNamed: boolean },
): Promise<Summary["groups"][number]> {
  const { newest, count, retrying } = group;
  const { failure, scenarioId, error } = newest;
  const scenario = await ctx.db.get("scenarios", scenarioId);
  const nodeName = group.isNamed ? await nameOfNode(ctx, newest) : undefined;
  return {
    scenarioId,
    scenarioName: scenario?.name ?? "",
    ...(failure && { code: failure.code }),
    ...(failure?.nodeId !== undefined && { nodeId: failure.nodeId }),
    ...(nodeName !== undefined && { nodeName }),
    ...(error !== undefined && { error }),
    newestAt: newest.startedAt,
    count,
    retrying,
  };
}

async function nameOfNode(ctx: QueryCtx, run: Doc<"runs">): Promise<string | undefined> {
  if (run.failure?.nodeId === undefined) return undefined;
  const text = await loadDefinition(ctx, run);
  const node = text === null ? undefined : parseStored(text).nodes.find(({ id }) => id === run.failure?.nodeId);
  return node && (node.name ?? node.type);
}
