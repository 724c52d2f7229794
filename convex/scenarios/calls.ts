/** Scenarios that call each other, by their published versions. */
import {
  calledScenarios,
  callInterfaceOf,
  type CallableScenario,
  type CallableScenarios,
  type CallInterface,
  type Definition,
} from "@patchbay/core";
import { manifestCatalog } from "@patchbay/catalog/manifests";
import type { Doc, Id } from "../_generated/dataModel.d.ts";
import type { MutationCtx, OrgQueryCtx, QueryCtx } from "../functions.ts";
import { getOwned } from "../lib/ids.ts";
import { requireScenario } from "./access.ts";

/** Scenarios that one definition may call, that are looked at; of more nothing is checked. */
const MAX_CALLED = 200;
/** Scenarios that are followed to find out whether a call leads back. */
const MAX_FOLLOWED = 100;
/** Scenarios that are listed as users of another. */
const MAX_USERS = 50;
const CHOICES = 50;
/** Rows that a search for scenarios looks at. */
const MAX_SEARCHED = 1_000;

/** JSON text of what the definition takes and returns; undefined where other scenarios cannot call it. */
export function interfaceText(definition: Definition): string | undefined {
  const found = callInterfaceOf(definition, manifestCatalog);
  return found === null ? undefined : JSON.stringify(found);
}

/** Notes whom the version that is about to be the published one calls. Ids that are no scenarios of the organization are left out. */
export async function noteCalls(ctx: MutationCtx, scenario: Doc<"scenarios">, definition: Definition): Promise<void> {
  const { _id: callerId, organizationId } = scenario;
  const wanted = new Set<Id<"scenarios">>();
  for (const id of calledScenarios(definition, manifestCatalog).slice(0, MAX_CALLED)) {
    const callee = await getOwned(ctx, "scenarios", { organizationId, id });
    if (callee) wanted.add(callee._id);
  }
  for (const known of await callsBy(ctx, callerId)) {
    if (!wanted.delete(known.calleeId)) await ctx.db.delete("scenarioCalls", known._id);
  }
  for (const calleeId of wanted) await ctx.db.insert("scenarioCalls", { organizationId, callerId, calleeId });
}

const callsBy = (ctx: QueryCtx, callerId: Id<"scenarios">) =>
  ctx.db
    .query("scenarioCalls")
    .withIndex("by_caller", (q) => q.eq("callerId", callerId))
    .take(MAX_CALLED);

/** The scenarios that the definition calls, as far as they exist. `scenario`: whose definition it is. */
export async function loadCallables(
  ctx: OrgQueryCtx,
  args: { scenario: Doc<"scenarios">; definition: Definition },
): Promise<CallableScenarios> {
  const ids = calledScenarios(args.definition, manifestCatalog);
  const found = await describeCallables(ctx, { callerId: args.scenario._id, ids });
  return new Map(found.map((each) => [each.id, each]));
}

/** The organization's scenarios of these ids, as callers know them. Throws `not_found` for a caller that is not its own. */
export async function getCallables(
  ctx: OrgQueryCtx,
  args: { scenarioId: string; ids: readonly string[] },
): Promise<CallableScenario[]> {
  const caller = await requireScenario(ctx, args);
  return await describeCallables(ctx, { callerId: caller._id, ids: args.ids });
}

async function describeCallables(
  ctx: OrgQueryCtx,
  args: { callerId: Id<"scenarios">; ids: readonly string[] },
): Promise<CallableScenario[]> {
  const { organizationId } = ctx.actor;
  const found: CallableScenario[] = [];
  for (const id of args.ids.slice(0, MAX_CALLED)) {
    const callee = await getOwned(ctx, "scenarios", { organizationId, id });
    if (callee) found.push(await describeCallable(ctx, callee, args.callerId));
  }
  return found;
}

async function describeCallable(
  ctx: QueryCtx,
  callee: Doc<"scenarios">,
  callerId: Id<"scenarios">,
): Promise<CallableScenario> {
  const recursion = await wayBack(ctx, callee, callerId);
  return {
    id: callee._id,
    name: callee.name,
    status: statusOf(callee),
    ...readInterface(callee),
    ...(recursion && { recursion }),
  };
}

function statusOf(callee: Doc<"scenarios">): CallableScenario["status"] {
  if (callee.archivedAt !== undefined) return "deleted";
  if (callee.publishedNumber === undefined) return "unpublished";
  if (callee.publishedInterface === undefined) return "otherTrigger";
  return callee.enabled ? "ready" : "off";
}

function readInterface({ publishedInterface: text }: Doc<"scenarios">): CallInterface {
  return text === undefined ? { inputs: [], outputs: [] } : (JSON.parse(text) as CallInterface);
}

/** The names of the scenarios by which a call of `from` leads to `to`, breadth first; null where none does. */
async function wayBack(ctx: QueryCtx, from: Doc<"scenarios">, to: Id<"scenarios">): Promise<string[] | null> {
  if (from._id === to) return [from.name];
  const seen = new Set([from._id]);
  const queue = [{ id: from._id, way: [from.name] }];
  for (let next = queue.shift(); next && seen.size <= MAX_FOLLOWED; next = queue.shift()) {
    for (const { calleeId } of await callsBy(ctx, next.id)) {
      if (seen.has(calleeId)) continue;
      seen.add(calleeId);
      const callee = await ctx.db.get("scenarios", calleeId);
      if (callee === null || callee.archivedAt !== undefined) continue;
      const way = [...next.way, callee.name];
      if (calleeId === to) return way;
      queue.push({ id: calleeId, way });
    }
  }
  return null;
}

/** Scenarios that can be called and whose names contain `search`, those that were changed last first. */
export async function searchCallables(ctx: OrgQueryCtx, args: { search: string }) {
  const { organizationId } = ctx.actor;
  const rows = ctx.db
    .query("scenarios")
    .withIndex("by_organization_and_archivedAt_and_updatedAt", (q) =>
      q.eq("organizationId", organizationId).eq("archivedAt", undefined),
    )
    .order("desc");
  const wanted = args.search.trim().toLowerCase();
  const found: { id: Id<"scenarios">; name: string; description: string; enabled: boolean }[] = [];
  let looked = 0;
  for await (const { _id: id, name, description, enabled, publishedInterface } of rows) {
    looked += 1;
    const isCallable = publishedInterface !== undefined && name.toLowerCase().includes(wanted);
    if (isCallable) found.push({ id, name, description, enabled });
    if (found.length >= CHOICES || looked >= MAX_SEARCHED) break;
  }
  return found;
}

/** The scenarios whose published versions call this one, itself left out. Throws `not_found`. */
export async function listCallers(ctx: OrgQueryCtx, args: { scenarioId: string }) {
  const scenario = await requireScenario(ctx, args);
  const calls = await ctx.db
    .query("scenarioCalls")
    .withIndex("by_callee", (q) => q.eq("calleeId", scenario._id))
    .take(MAX_USERS + 1);
  const callers: { id: Id<"scenarios">; name: string; enabled: boolean }[] = [];
  for (const { callerId } of calls) {
    const caller = callerId === scenario._id ? null : await ctx.db.get("scenarios", callerId);
    if (caller && caller.archivedAt === undefined) {
      callers.push({ id: caller._id, name: caller.name, enabled: caller.enabled });
    }
  }
  return callers;
}
