/** What members of an organization do with runs: start, stop, retry, replay. What they see of them: `detail.ts`, `listing.ts`. */
import type { Definition, Issue } from "@patchbay/core";
import { isEnded } from "@patchbay/engine";
import { recordAudit, type AuditAction } from "../audit/model.ts";
import type { Doc, Id } from "../_generated/dataModel.d.ts";
import type { OrgMutationCtx, OrgQueryCtx } from "../functions.ts";
import { appError, notFound } from "../lib/errors.ts";
import { requireOwned } from "../lib/ids.ts";
import { requireEditableScenario } from "../scenarios/access.ts";
import { loadCallables } from "../scenarios/calls.ts";
import { parseStored, publishErrors } from "../scenarios/definition.ts";
import { triggerOf } from "../schedules/model.ts";
import type { RequestedSource } from "../versions/resolve.ts";
import { requireOpen } from "./admission.ts";
import { inputsBundle, itemBundle, payloadBundle, scheduleBundle } from "./bundle.ts";
import { resolvePin, startRun as start, type StartRequest } from "./start.ts";
import { stepRun } from "./step.ts";
import type { DryRun } from "./tables.ts";

export { getRunDetail } from "./detail.ts";
export { getSamples } from "./samples.ts";
export { listRuns } from "./listing.ts";

export type StartResult = { kind: "ok"; runId: Id<"runs"> } | { kind: "invalid"; issues: Issue[] };

/** The organization's run; throws `not_found`. */
export async function requireRun(ctx: OrgQueryCtx, args: { runId: string }): Promise<Doc<"runs">> {
  return await requireOwned(ctx, "runs", { organizationId: ctx.actor.organizationId, id: args.runId, what: "run" });
}

/**
 * Starts a run of the draft or a version. `payload` is JSON text and becomes the trigger's body. Throws `malformed` or
 * `too_large` for the payload, `not_found` for scenario and version, `conflict` for a deleted scenario.
 */
export async function startRun(
  ctx: OrgMutationCtx,
  args: { scenarioId: string; source: RequestedSource; payload: string; dryRun?: DryRun },
): Promise<StartResult> {
  const scenario = await requireEditableScenario(ctx, args);
  const pin = await resolvePin(ctx, { scenario, source: args.source });
  if (pin === null) return unresolved(args.source);
  const definition = parseStored(pin.definition);
  const issues = pin.source.kind === "draft" ? await draftErrors(ctx, scenario, definition) : [];
  if (issues.length > 0) return { kind: "invalid", issues };
  const bundle = triggerBundle(definition, args.payload);
  if (!bundle.ok) return { kind: "invalid", issues: bundle.issues };
  const trigger = ctx.actor.kind === "apiKey" ? "api" : "manual";
  const { text } = bundle;
  const request: StartRequest = { scenario, pin, trigger, payload: { kind: "text", text }, dryRun: args.dryRun };
  return await startAudited(ctx, request, args.dryRun ? "run.dryRunStarted" : "run.started");
}

async function draftErrors(ctx: OrgMutationCtx, scenario: Doc<"scenarios">, definition: Definition): Promise<Issue[]> {
  return publishErrors(definition, await loadCallables(ctx, { scenario, definition }));
}

/**
 * What the definition's trigger would emit now: `payload` as a webhook's body, as a polled item, or as the inputs of a scenario
 * that others call; a schedule takes none.
 */
function triggerBundle(
  definition: Definition,
  payload: string,
): { ok: true; text: string } | { ok: false; issues: Issue[] } {
  const nowMs = Date.now();
  switch (triggerOf(definition)?.kind) {
    case "schedule":
      return { ok: true, text: scheduleBundle({ scheduledMs: nowMs, startedMs: nowMs, missed: 0 }) };
    case "call":
      return inputsBundle(definition, payload, nowMs);
    case "polling":
      return { ok: true, text: itemBundle(payload) };
    default:
      return { ok: true, text: payloadBundle(payload, nowMs) };
  }
}

function unresolved(source: RequestedSource): StartResult {
  if (source.kind === "draft") throw notFound("draft");
  if (source.number !== undefined) throw notFound("version");
  const message = "This scenario was never published.";
  return { kind: "invalid", issues: [{ code: "not_published", severity: "error", message, fix: "Publish it first." }] };
}

/** Starts a run that a person asked for, and notes who did. Throws `unavailable` while no new work is taken. */
export async function startAudited(
  ctx: OrgMutationCtx,
  request: StartRequest,
  action: AuditAction,
): Promise<StartResult> {
  await requireOpen(ctx, request.scenario);
  const started = await start(ctx, request);
  if (started.kind === "invalid") return started;
  await record(ctx, started.runId, action);
  return { kind: "ok", runId: started.runId };
}

async function record(ctx: OrgMutationCtx, runId: Id<"runs">, action: AuditAction): Promise<void> {
  const { actor } = ctx;
  await recordAudit(ctx, { organizationId: actor.organizationId, actor, action, resource: { type: "run", id: runId } });
}

/** Stops a run; effective before its next operation. Throws `conflict` when it has ended. */
export async function cancelRun(ctx: OrgMutationCtx, args: { runId: string }): Promise<void> {
  const run = await requireRun(ctx, args);
  if (isEnded(run.state)) throw appError("conflict", `The run has already ended (${run.state}).`, { state: run.state });
  await stepRun(ctx, run, { kind: "cancel" }, { holder: "queue" });
  await record(ctx, run._id, "run.cancelled");
}
