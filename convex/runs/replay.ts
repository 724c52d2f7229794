/** A new run with the payload of an earlier one, on any version of its scenario. */
import type { JsonValue } from "@patchbay/core";
import type { RunState } from "@patchbay/engine";
import type { Doc } from "../_generated/dataModel.d.ts";
import type { OrgMutationCtx } from "../functions.ts";
import { appError } from "../lib/errors.ts";
import { requireEditableScenario } from "../scenarios/access.ts";
import { parseStored } from "../scenarios/definition.ts";
import { linkRuns } from "./links.ts";
import { getLog } from "./log.ts";
import { requireRun, startAudited, type StartResult } from "./model.ts";
import { getPayloadFile, readPayload } from "./payloads.ts";
import { loadDefinition } from "./plans.ts";
import type { Vault } from "./privacy/vault.ts";
import { resolvePin, type Pin, type StartRequest } from "./start.ts";
import { peek } from "./step.ts";
import type { DryRun } from "./tables.ts";

/** What a replay executes: what the run was pinned to, what is published now, the draft, or a version by its number. */
export type ReplaySource = "original" | "published" | "draft" | { version: number };

/**
 * Starts a new run with an earlier run's payload. The replay of a run of one node executes that node alone. Throws
 * `conflict` where there is nothing to execute.
 */
export async function replayRun(
  ctx: OrgMutationCtx,
  args: { runId: string; source: ReplaySource; dryRun?: DryRun; link?: "replayed" | "restarted" },
): Promise<StartResult> {
  const run = await requireRun(ctx, args);
  const scenario = await requireEditableScenario(ctx, { scenarioId: run.scenarioId });
  const log = await getLog(ctx, run);
  if (log === null || (await getPayloadFile(ctx, log)) !== null) {
    throw appError("conflict", "The run has not begun yet, so there is nothing to replay.");
  }
  if (run.dataDeletedAt !== undefined) {
    throw appError("conflict", "The run's data was deleted, so there is nothing to replay.");
  }
  const { text, vault } = await truePayload(ctx, run, log);
  const pin = await replayPin(ctx, { run, scenario, source: args.source });
  if (pin === null) throw appError("conflict", nothingThere(args.source));
  if (run.onlyNode !== undefined) requireNodeIn(pin, run.onlyNode, args.dryRun);
  const request: StartRequest = {
    scenario,
    pin,
    trigger: "replay",
    payload: { kind: "text", text },
    dryRun: args.dryRun,
    onlyNode: run.onlyNode,
    ...(vault && { vault }),
  };
  const started = await startAudited(ctx, request, args.dryRun ? "run.dryRunStarted" : "run.replayed");
  if (started.kind === "ok") {
    const { link: kind = "replayed" } = args;
    await linkRuns(ctx, { fromRunId: run._id, toRunId: started.runId, kind, by: ctx.actor.userId });
  }
  return started;
}

/**
 * What the run was started with. Of a run that has not ended the values that its log hides are still there, and the new run takes
 * them over, with what is known to be secret of them; of an ended one they are gone.
 */
async function truePayload(
  ctx: OrgMutationCtx,
  run: Doc<"runs">,
  log: Doc<"runLogs">,
): Promise<{ text: string; vault: Vault | null }> {
  const live = run.endedAt === undefined ? await peek(ctx, run, log) : null;
  const event = live?.payload ?? (live?.vault && eventIn(live.state));
  if (event === undefined || event === null) return { text: await readPayload(ctx, log), vault: null };
  return { text: JSON.stringify(event), vault: live?.vault ?? null };
}

/** The bundle of the run's event, as long as the run can still read it. */
function eventIn({ stack }: RunState): JsonValue | undefined {
  const [first] = stack;
  return first?.kind === "event" ? first.bundles[first.index] : undefined;
}

async function replayPin(
  ctx: OrgMutationCtx,
  args: { run: Doc<"runs">; scenario: Doc<"scenarios">; source: ReplaySource },
): Promise<Pin | null> {
  const { run, scenario, source } = args;
  if (source === "published") return await resolvePin(ctx, { scenario, source: { kind: "version" } });
  if (source === "draft") return await resolvePin(ctx, { scenario, source: { kind: "draft" } });
  if (source !== "original") {
    return await resolvePin(ctx, { scenario, source: { kind: "version", number: source.version } });
  }
  const definition = await loadDefinition(ctx, run);
  if (definition === null) return null;
  const { source: pinned, definitionKey, definitionId = null, snapshotId } = run;
  return { source: pinned, definitionKey, definition, definitionId, ...(snapshotId && { snapshotId }) };
}

function nothingThere(source: ReplaySource): string {
  if (typeof source === "object")
    return `There is no version ${source.version} to replay the run on, or it is archived.`;
  return `There is no ${source} definition to replay the run on.`;
}

function requireNodeIn(pin: Pin, nodeId: number, dryRun: DryRun | undefined): void {
  if (dryRun) {
    throw appError("conflict", "This run executed one node alone; such a run cannot be repeated as a dry run.");
  }
  if (parseStored(pin.definition).nodes.some((node) => node.id === nodeId)) return;
  throw appError("conflict", `The run executed node ${nodeId} alone, which this definition does not have.`);
}
