/** How a run begins, whatever started it. */
import type { Issue } from "@patchbay/core";
import { createState, packState, type Plan, type WebhookResponse } from "@patchbay/engine";
import type { Doc, Id } from "../_generated/dataModel.d.ts";
import type { MutationCtx } from "../functions.ts";
import { DAY_MS } from "../lib/time.ts";
import { resolveVersion, type RequestedSource, type RunSource } from "../versions/resolve.ts";
import { followCalls } from "./calls.ts";
import { dropDataOf } from "../retention/data.ts";
import { admit, isTest, noteHold, pauseOf } from "./gates.ts";
import { interpret, parseBundle } from "./interpret.ts";
import { INLINE_PAYLOAD_BYTES } from "./limits.ts";
import { createLog } from "./log.ts";
import { exceedsBytes, referToFile, storePayload } from "./payloads.ts";
import { planOf } from "./plans.ts";
import { randomShard } from "./queue.ts";
import { hidePayload, learnFromPayload, protectPayload } from "./privacy/payload.ts";
import type { Vault } from "./privacy/vault.ts";
import { startEvent } from "./begin.ts";
import { interpretDry } from "./dryRun.ts";
import type { DryRun } from "./tables.ts";
import { responseIn, standingAfter } from "./standing.ts";
import { hold, turnToWaitFor } from "./turns.ts";
import { arrange, toEntry, toStored } from "./step.ts";
import { keepWaits } from "../waits/keep.ts";

/** What a new run will execute for all its life. */
export interface Pin {
  source: RunSource;
  definitionKey: string;
  definition: string;
  definitionId: Id<"versionDefinitions"> | null;
  /** Of a draft that was run before; a new snapshot is taken otherwise. */
  snapshotId?: Id<"runSnapshots">;
}

export type StartPayload =
  /** JSON text of the trigger's bundle. */
  { kind: "text"; text: string } | { kind: "file"; storageId: Id<"_storage"> };

export interface StartRequest {
  scenario: Doc<"scenarios">;
  pin: Pin;
  trigger: Doc<"runs">["trigger"];
  payload: StartPayload;
  shard?: number;
  /** A caller waits for `webhook.respond`. */
  awaitsResponse?: boolean;
  /** Effects are simulated. Such a run, like one of a single node, waits for no turn. */
  dryRun?: DryRun;
  /** Executes this node alone; `payload` is then a JSON object of bundles by node id. */
  onlyNode?: number;
  /** What is known to be secret in the payload before the run has begun. */
  vault?: Vault;
  /** The run that calls this one; it begins with an executor, so that the caller's transaction stays small. */
  parentRunId?: Id<"runs">;
}

export type Started =
  | { kind: "ok"; runId: Id<"runs">; state: Doc<"runs">["state"]; response: WebhookResponse | null; responds: boolean }
  /** The definition cannot be executed; nothing was stored. */
  | { kind: "invalid"; issues: Issue[] };

/** What a start with `source` executes now; null where there is nothing to execute. */
export async function resolvePin(
  ctx: MutationCtx,
  args: { scenario: Doc<"scenarios">; source: RequestedSource },
): Promise<Pin | null> {
  return await resolveVersion(ctx, args);
}

/**
 * Stores a new run and interprets it up to the first point where the outside is needed, in the same transaction: a
 * scenario of pure nodes ends right here. A large payload waits for an executor instead.
 */
export async function startRun(ctx: MutationCtx, request: StartRequest): Promise<Started> {
  const compiled = planOf(request.pin);
  if (!compiled.ok) return { kind: "invalid", issues: compiled.issues };
  const { payload } = request;
  if (!isTest(request)) {
    const isPaused = pauseOf(request.scenario) !== null;
    const waitReason = isPaused ? "paused" : await turnToWaitFor(ctx, compiled.plan, request.scenario._id);
    if (waitReason !== null) return await startHeld(ctx, request, { plan: compiled.plan, waitReason });
  }
  const isCalled = request.parentRunId !== undefined;
  if (isCalled || payload.kind === "file" || exceedsBytes(payload.text, INLINE_PAYLOAD_BYTES)) {
    return await startQueued(ctx, request, compiled.plan);
  }
  return await startNow(ctx, { ...request, text: payload.text }, compiled.plan);
}

async function startNow(ctx: MutationCtx, request: StartRequest & { text: string }, plan: Plan): Promise<Started> {
  const nowMs = Date.now();
  const bundle = parseBundle(request.text);
  const event = startEvent(plan, request, bundle);
  const { dryRun, scenario } = request;
  const { vault: known = null, onlyNode } = request;
  const vault = onlyNode === undefined ? known : learnFromPayload(plan, request, { payload: bundle, vault: known });
  const options = { nowMs, vault };
  const first = dryRun
    ? await interpretDry(ctx, { dryRun, scenarioId: scenario._id, plan, state: createState(), event, ...options })
    : interpret(plan, createState(), event, options);
  const owner = { organizationId: scenario.organizationId, scenarioId: scenario._id };
  const { result, entry } = await toStored(owner, toEntry({ operationCount: 0 }, first));
  const step = { commands: result.commands, state: result.state };
  const standing = standingAfter({ state: "queued", generation: 0 }, step, { nowMs, holder: "queue" });
  const payload = result.vault ? hidePayload(plan, request, { payload: bundle, vault: result.vault }) : request.text;
  const logId = await createLog(ctx, { payload, entry });
  const fields = await commonFields(ctx, request, plan);
  const placed = await admit(ctx, fields, standing, scenario);
  const row = { ...fields, ...placed, logId };
  const runId = await ctx.db.insert("runs", row);
  await arrange(ctx, { ...fields, runId }, placed);
  if (row.dropsData && row.state === "succeeded") await dropDataOf(ctx, runId);
  if (plan.waits) await keepWaits(ctx, { _id: runId, ...fields }, result);
  if (plan.calls) {
    const run = { ...row, _id: runId, _creationTime: nowMs };
    await followCalls(ctx, { run, plan, result });
  }
  const response = responseIn(result.commands);
  return { kind: "ok", runId, state: row.state, response, responds: plan.responds };
}

async function startQueued(ctx: MutationCtx, request: StartRequest, plan: Plan): Promise<Started> {
  return await storeQueued(ctx, { request, plan, standing: { queue: "ready", dueAt: Date.now() } });
}

/** The run waits for its turn, or for its scenario: the payload is kept, and an executor begins with it when it is released. */
async function startHeld(
  ctx: MutationCtx,
  request: StartRequest,
  held: { plan: Plan; waitReason: "turn" | "paused" },
): Promise<Started> {
  const { plan, waitReason } = held;
  const started = await storeQueued(ctx, { request, plan, standing: { waitReason } });
  await hold(ctx, { scenarioId: request.scenario._id, runId: started.runId });
  return started;
}

type Place = Pick<Doc<"runs">, "queue" | "dueAt" | "waitReason">;

async function storeQueued(
  ctx: MutationCtx,
  args: { request: StartRequest; plan: Plan; standing: Place },
): Promise<Extract<Started, { kind: "ok" }>> {
  const { request, plan } = args;
  const { payload, scenario, onlyNode } = request;
  const standing = { state: "queued" as const, operationCount: 0, generation: 0, ...args.standing };
  const owner = { organizationId: scenario.organizationId, scenarioId: scenario._id, onlyNode };
  // What is in a file is gone through when it is read in.
  const hidden =
    payload.kind === "text"
      ? await protectPayload(owner, plan, { text: payload.text, vault: request.vault ?? null })
      : null;
  const logId = await createLog(ctx, { entry: { operations: [], state: hidden?.state ?? packState(createState()) } });
  const fields = await commonFields(ctx, request, plan);
  const placed = await admit(ctx, fields, standing, request.scenario);
  const row = { ...fields, ...placed, logId };
  const runId = await ctx.db.insert("runs", row);
  if (placed.queue !== standing.queue) await noteHold(ctx, { ...fields, runId }, placed);
  if (payload.kind === "file") await referToFile(ctx, { logId, storageId: payload.storageId });
  else await storePayload(ctx, { logId, text: hidden?.text ?? payload.text });
  return { kind: "ok", runId, state: row.state, response: null, responds: plan.responds };
}

/** What a person tries out in the editor, or dry, is there to be looked at; what a called run returns is there for its caller. */
const keepsOnlyRow = ({ pin, dryRun, onlyNode, parentRunId }: StartRequest): boolean =>
  pin.source.kind === "version" && dryRun === undefined && onlyNode === undefined && parentRunId === undefined;

async function commonFields(ctx: MutationCtx, request: StartRequest, plan: Plan) {
  const { scenario, pin } = request;
  return {
    organizationId: scenario.organizationId,
    scenarioId: scenario._id,
    source: pin.source,
    trigger: request.trigger,
    definitionKey: pin.definitionKey,
    startedAt: Date.now(),
    shard: request.shard ?? randomShard(),
    ...(pin.source.kind === "version" && { version: pin.source.number }),
    ...(scenario.gate?.maxConcurrentRuns !== undefined && !isTest(request) && { isLimited: true }),
    ...(request.dryRun && { dryRun: request.dryRun }),
    ...(scenario.dropsData && keepsOnlyRow(request) && { dropsData: true as const }),
    ...(request.onlyNode !== undefined && { onlyNode: request.onlyNode }),
    ...(request.parentRunId !== undefined && { parentRunId: request.parentRunId }),
    ...(request.awaitsResponse && plan.responds && { awaitsResponse: true }),
    ...(plan.waits && { asks: true }),
    ...(pin.definitionId === null
      ? { snapshotId: await snapshotOf(ctx, scenario, pin) }
      : { definitionId: pin.definitionId }),
  };
}

/** The snapshot of the draft revision that the run is pinned to: the draft goes on changing. */
async function snapshotOf(ctx: MutationCtx, scenario: Doc<"scenarios">, pin: Pin): Promise<Id<"runSnapshots">> {
  if (pin.snapshotId !== undefined) return pin.snapshotId;
  if (pin.source.kind !== "draft") throw new Error("Only drafts are pinned by snapshot.");
  const { revision } = pin.source;
  const { organizationId, _id: scenarioId } = scenario;
  const known = await ctx.db
    .query("runSnapshots")
    .withIndex("by_scenario_and_revision", (q) => q.eq("scenarioId", scenarioId).eq("revision", revision))
    .unique();
  const usedAt = Date.now();
  const { definitionKey, definition } = pin;
  if (known === null) {
    const row = { organizationId, scenarioId, revision, definitionKey, definition, usedAt };
    return await ctx.db.insert("runSnapshots", row);
  }
  if (known.definitionKey !== definitionKey)
    throw new Error(`Revision ${revision} of the draft has changed its content.`);
  if (known.usedAt < usedAt - DAY_MS) await ctx.db.patch("runSnapshots", known._id, { usedAt });
  return known._id;
}
