/** What an organization's owners do with all its work at once: pause it, drain it, limit it. */
import { v } from "convex/values";
import { internal } from "../_generated/api.js";
import type { Doc } from "../_generated/dataModel.d.ts";
import { recordAudit, type AuditAction } from "../audit/model.ts";
import { internalMutation, type MutationCtx, type OrgMutationCtx } from "../functions.ts";
import { appError, notFound } from "../lib/errors.ts";
import { touch } from "../lib/time.ts";
import type { Gate } from "../organizations/gate.ts";
import { pauseOf } from "../runs/gates.ts";

/** Rows of scenarios that one transaction writes. */
const BATCH = 50;
/** A limit is counted with every run that begins, so it is kept within what can be counted quickly. */
export const MAX_ORGANIZATION_LIMIT = 200;

export interface GateChange {
  paused?: boolean;
  draining?: boolean;
  /** Null: no limit but the fair share, which is the default. */
  maxConcurrentRuns?: number | null;
}

/** Changes what is named. It takes effect scenario by scenario, within seconds. Throws `invalid` for a limit out of bounds. */
export async function updateGate(ctx: OrgMutationCtx, change: GateChange): Promise<void> {
  const { organizationId } = ctx.actor;
  const organization = await ctx.db.get("organizations", organizationId);
  if (organization === null) throw notFound("organization");
  const { gate = {} } = organization;
  const changes = changesOf(gate, change);
  if (changes.length === 0) return;
  const next = changes.reduce<Gate>((sum, { fields }) => ({ ...sum, ...fields }), gate);
  const isOpen = Object.values(next).every((value) => value === undefined);
  await ctx.db.patch("organizations", organizationId, { gate: isOpen ? undefined : next, ...touch() });
  for (const { action, details } of changes) await record(ctx, action, details);
  await ctx.scheduler.runAfter(0, internal.queue.organization.spreadGate, { organizationId });
}

interface Change {
  action: AuditAction;
  fields: Gate;
  details?: Record<string, number | null>;
}

function changesOf(gate: Gate, change: GateChange): Change[] {
  const nowMs = Date.now();
  const changes: Change[] = [];
  const { paused, draining, maxConcurrentRuns } = change;
  if (paused !== undefined && paused !== (gate.pausedAt !== undefined)) {
    const action = paused ? "organization.paused" : "organization.resumed";
    changes.push({ action, fields: { pausedAt: paused ? nowMs : undefined } });
  }
  if (draining !== undefined && draining !== (gate.drainingSince !== undefined)) {
    const action = draining ? "organization.drained" : "organization.opened";
    changes.push({ action, fields: { drainingSince: draining ? nowMs : undefined } });
  }
  if (maxConcurrentRuns !== undefined && maxConcurrentRuns !== (gate.maxConcurrentRuns ?? null)) {
    const fields = { maxConcurrentRuns: maxConcurrentRuns === null ? undefined : requireLimit(maxConcurrentRuns) };
    changes.push({ action: "organization.limited", fields, details: { maxConcurrentRuns } });
  }
  return changes;
}

function requireLimit(limit: number): number {
  if (Number.isInteger(limit) && limit >= 1 && limit <= MAX_ORGANIZATION_LIMIT) return limit;
  const message = `The limit of runs at a time must be a whole number from 1 to ${MAX_ORGANIZATION_LIMIT}.`;
  throw appError("invalid", message, { field: "maxConcurrentRuns" });
}

async function record(ctx: OrgMutationCtx, action: AuditAction, details?: Change["details"]): Promise<void> {
  const { actor } = ctx;
  const { organizationId } = actor;
  const resource = { type: "organization" as const, id: organizationId };
  await recordAudit(ctx, { organizationId, actor, action, resource, ...(details && { details }) });
}

/** Copies the organization's gate to its scenarios, and has their runs wait or go on where that changes. */
export const spreadGate = internalMutation({
  args: { organizationId: v.id("organizations"), cursor: v.optional(v.string()) },
  returns: v.null(),
  handler: async (ctx, { organizationId, cursor = null }) => {
    const organization = await ctx.db.get("organizations", organizationId);
    if (organization === null) return null;
    const { page, isDone, continueCursor } = await ctx.db
      .query("scenarios")
      .withIndex("by_organization_and_archivedAt", (q) => q.eq("organizationId", organizationId))
      .paginate({ cursor, numItems: BATCH });
    for (const scenario of page) await spreadTo(ctx, scenario, organization.gate);
    if (!isDone) {
      const next = { organizationId, cursor: continueCursor };
      await ctx.scheduler.runAfter(0, internal.queue.organization.spreadGate, next);
    }
    return null;
  },
});

async function spreadTo(ctx: MutationCtx, scenario: Doc<"scenarios">, gate: Gate | undefined): Promise<void> {
  const { _id: scenarioId } = scenario;
  const [before, after] = [pauseOf(scenario), pauseOf({ ...scenario, gate })];
  await ctx.db.patch("scenarios", scenarioId, { gate });
  if (before === null && after !== null) {
    await ctx.scheduler.runAfter(0, internal.queue.pausing.pauseRuns, { scenarioId });
  }
  if (before !== null && after === null) {
    await ctx.scheduler.runAfter(0, internal.queue.pausing.resumeRuns, { scenarioId });
  }
}
