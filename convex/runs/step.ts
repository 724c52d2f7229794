/** One step of an existing run: read where it stands, apply an event, write where it stands now. */
import type { JsonValue } from "@patchbay/core";
import {
  createState,
  isEnded,
  lanesOf,
  packState,
  pendingCalls,
  unpackState,
  type Event,
  type Plan,
  type RunState,
} from "@patchbay/engine";
import { internal } from "../_generated/api.js";
import type { Doc, Id } from "../_generated/dataModel.d.ts";
import type { MutationCtx, QueryCtx } from "../functions.ts";
import { startEvent } from "./begin.ts";
import { dropWaits } from "./breakerWaits.ts";
import { limitData } from "./dataLimit.ts";
import { takeOutcome } from "./callRows.ts";
import { followCalls } from "./calls.ts";
import { interpretDry } from "./dryRun.ts";
import { admit, noteHold, releaseOrganization } from "./gates.ts";
import { interpret, parseBundle, type Interpretation } from "./interpret.ts";
import { appendLog, isStorable, readState, requireLog, type LogEntry } from "./log.ts";
import { readPayload } from "./payloads.ts";
import { loadPlan } from "./plans.ts";
import { dropDataOf } from "../retention/data.ts";
import { redactLog } from "./privacy/exposed.ts";
import { isSealed, openState, sealText, type Owner, type SealedState } from "./privacy/sealing.ts";
import { addSecrets, emptyVault, joinVaults, type Vault } from "./privacy/vault.ts";
import { responseIn, standingAfter, type Standing } from "./standing.ts";
import { releaseTurn } from "./turns.ts";
import { newWork, performsBeside, type Work } from "./work.ts";
import { keepWaits } from "../waits/keep.ts";

export interface Stepped {
  /** False where the event came too late. */
  accepted: boolean;
  /** For the executor that holds the run; empty where it does not go on at once. */
  work: Work[];
  /** Attempts that the executor need not go on with. */
  abandoned: { runId: Id<"runs">; operationId: number }[];
  /** Whether the run is still the executor's that held it, and whether that had attempts of other lanes. */
  isHeld: boolean;
  wasShared: boolean;
  steps: number;
  /** Characters read and written, roughly. */
  characters: number;
  /** What the run knows to be secret. */
  vault?: Vault | null;
}

/** Reads a run's engine state, with what it knows to be secret. */
export async function loadState(ctx: QueryCtx, run: Doc<"runs">, log: Doc<"runLogs">): Promise<Loaded> {
  const text = await readState(ctx, log);
  if (isSealed(text)) return { ...(await openState(run, text)), characters: text.length };
  // Most states say by themselves that no event is needed: asking the text saves reading the payload.
  const payload = text.includes('"kind":"event"') ? await readPayload(ctx, log) : null;
  const state = unpackState(text, () => (payload === null ? null : parseBundle(payload)));
  return { state, vault: null, characters: text.length + (payload?.length ?? 0) };
}

interface Loaded {
  state: RunState;
  vault: Vault | null;
  /** Of a run that has not begun, where what is stored of its payload is redacted. */
  payload?: JsonValue;
  characters: number;
}

/**
 * Applies an event to a run. Whatever goes wrong inside (a plan that cannot be compiled any more) fails the run, never the
 * transaction: other runs share it.
 */
export async function stepRun(
  ctx: MutationCtx,
  run: Doc<"runs">,
  event: Event,
  options: StepOptions,
): Promise<Stepped> {
  const { holder } = options;
  let log = await requireLog(ctx, run);
  const computed = await compute(ctx, { run, log, event, options });
  const { result, characters, isShared: wasShared } = computed;
  if (!result.accepted) {
    return { accepted: false, work: [], abandoned: [], isHeld: true, wasShared, steps: 0, characters };
  }
  if (options.exposed) log = await redactLog(ctx, log, options.exposed);
  const settled = await settle(ctx, { run, log, ...computed, holder });
  const abandoned = result.commands.flatMap((command) =>
    command.kind === "abandon" ? [{ runId: run._id, operationId: command.operationId }] : [],
  );
  const written = sumLengths(result.operations);
  return {
    accepted: true,
    ...settled,
    wasShared,
    abandoned,
    steps: result.steps,
    characters: characters + written,
    vault: result.vault,
  };
}

export interface StepOptions {
  /** Who goes on with the run: the executor that holds it and takes what the step hands out, or the queue. */
  holder: "executor" | "queue";
  /** The executor that held the run is gone. */
  isLost?: true;
  steps?: number;
  /** Secrets of the connection that the run's own data contains. */
  exposed?: readonly string[];
}

interface Computed {
  result: Interpretation;
  plan: Plan | null;
  characters: number;
  /** Other lanes have attempts with the executor that holds the run: it stays there, whoever brings the event. */
  isShared: boolean;
  /** The event is stored, and nothing goes on before those attempts have ended, or the executor asks. */
  isHeldBack: boolean;
}

async function compute(
  ctx: MutationCtx,
  args: { run: Doc<"runs">; log: Doc<"runLogs">; event: Event; options: StepOptions },
): Promise<Computed> {
  const { run, log, event } = args;
  const { exposed, holder, isLost } = args.options;
  try {
    const plan = await loadPlan(ctx, run);
    const loaded = await loadState(ctx, run, log);
    const { state, characters } = loaded;
    const { event: first, vault: told } = await firstEvent(ctx, { run, plan, loaded, event, log });
    const known = told ? joinVaults(loaded.vault, told) : loaded.vault;
    const vault = exposed ? addSecrets(known ?? emptyVault, [...exposed]) : known;
    const isShared = !isLost && run.queue === "claimed" && performsBeside(state, event);
    // Nothing that an executor would have to be told goes on behind its back, and nothing new begins where a pause was asked for.
    const isHeldBack = isShared && (holder === "queue" || run.pauseRequested === true);
    const steps = isHeldBack ? 0 : args.options.steps;
    const options = { nowMs: Date.now(), steps, vault };
    const result = run.dryRun
      ? await interpretDry(ctx, { ...run, dryRun: run.dryRun, plan, state, event: first, ...options })
      : interpret(plan, state, first, options);
    return { result: limitData(plan, log, result), plan, characters, isShared, isHeldBack };
  } catch (thrown) {
    return { result: broken(run, messageOf(thrown)), plan: null, characters: 0, ...alone };
  }
}

const alone = { isShared: false, isHeldBack: false };

/** A run that was queued before it started begins with its payload; one that called another goes on with how that went. */
async function firstEvent(
  ctx: MutationCtx,
  args: { run: Doc<"runs">; plan: Plan; loaded: Loaded; event: Event; log: Doc<"runLogs"> },
): Promise<{ event: Event; vault?: Vault | null }> {
  const { run, plan, event } = args;
  const { state, payload } = args.loaded;
  if (event.kind !== "continue") return { event };
  if (state.phase === "new") {
    return { event: startEvent(plan, run, payload ?? parseBundle(await readPayload(ctx, args.log))) };
  }
  // Of lanes, some may wait while others perform: an executor goes on with the run when one of them need not wait any longer.
  const isWaiting = state.phase === "waiting" || (state.phase === "performing" && lanesOf(state).length > 0);
  if (!isWaiting) return { event };
  return (await takeOutcome(ctx, run._id, pendingCalls(state))) ?? { event: { kind: "timer" } };
}

/** The end of a run that cannot be interpreted. */
function broken(run: Pick<Doc<"runs">, "operationCount">, message: string): Interpretation {
  const error = { kind: "internal" as const, code: "system_internal", message: `The run could not go on: ${message}` };
  return {
    accepted: true,
    state: { ...createState(), phase: "ended", operationCount: run.operationCount },
    commands: [{ kind: "finish", outcome: "failed", error }],
    operations: [],
    large: [],
    steps: 0,
    vault: null,
  };
}

/** Ends a run as failed, whatever its state is: for what went wrong outside the interpreter. */
export async function breakRun(ctx: MutationCtx, run: Doc<"runs">, message: string): Promise<void> {
  const log = await requireLog(ctx, run);
  await settle(ctx, { run, log, plan: null, result: broken(run, message), holder: "queue", ...alone });
}

async function settle(
  ctx: MutationCtx,
  args: {
    run: Doc<"runs">;
    log: Doc<"runLogs">;
    plan: Plan | null;
    result: Interpretation;
    holder: "executor" | "queue";
    isShared: boolean;
    isHeldBack: boolean;
  },
): Promise<Pick<Stepped, "work" | "isHeld">> {
  const { run, log, plan } = args;
  const { result, entry } = await toStored(run, toEntry(run, args.result));
  const step = { commands: result.commands, state: result.state };
  const holder = args.isShared ? "executor" : args.holder;
  const after = standingAfter(run, step, { nowMs: Date.now(), holder });
  const staysHeld = args.isHeldBack && after.queue === "claimed";
  const standing = staysHeld ? { ...after, ...stayHeld(run, result.state) } : await admit(ctx, run, after);
  await appendLog(ctx, log, entry);
  await ctx.db.patch("runs", run._id, standing);
  await storeResponse(ctx, run, result);
  await arrange(ctx, { ...run, runId: run._id }, standing);
  if (run.waitReason === "breaker") await dropWaits(ctx, run._id);
  if (plan?.waits) await keepWaits(ctx, run, result);
  if (isEnded(standing.state) || standing.state === "incomplete") await releaseTurn(ctx, run, plan);
  if (run.isLimited && standing.state !== "running") await releaseOrganization(ctx, run.organizationId);
  await followCalls(ctx, { run: { ...run, ...standing }, plan, result });
  // What a called run returned is part of its data: that goes when its caller has it (`calls.ts`).
  if (run.dropsData && standing.state === "succeeded" && run.parentRunId === undefined) await dropDataOf(ctx, run._id);
  const isHeld = standing.queue === "claimed";
  if (!isHeld || !plan || staysHeld || args.holder === "queue") return { work: [], isHeld };
  return { work: newWork(plan, result, { ...run, ...standing }), isHeld };
}

/** Somebody else's event does not prove that the executor is alive; one that lets lanes go on is told to it when it renews. */
const stayHeld = (run: Doc<"runs">, state: RunState) => ({
  dueAt: run.dueAt,
  ...(state.phase === "ready" && { isNudged: true }),
});

/** The log entry of a step; a run whose state has outgrown what may be kept ends here. */
export function toEntry(
  run: Pick<Doc<"runs">, "operationCount">,
  result: Interpretation,
): { result: Interpretation; entry: LogEntry } {
  const { operations, large } = result;
  if (result.state.phase !== "ended") {
    const { vault } = result;
    const sealed: SealedState | null = vault && { state: result.state, vault };
    const state = sealed ? JSON.stringify(sealed) : packState(result.state);
    if (isStorable(state)) return { result, entry: { operations, large, state } };
    const limited = broken(
      run,
      "it holds more data at once than is allowed. Process fewer or smaller bundles per run.",
    );
    return toEntry(run, { ...limited, operations, large, state: { ...result.state, phase: "ended" } });
  }
  return { result, entry: { operations, large, state: null, edges: JSON.stringify(result.state.edges) } };
}

/** The entry with its state sealed where the run holds secrets. */
export async function toStored(
  owner: Owner,
  { result, entry }: { result: Interpretation; entry: LogEntry },
): Promise<{ result: Interpretation; entry: LogEntry }> {
  if (result.vault === null || entry.state === null) return { result, entry };
  return { result, entry: { ...entry, state: await sealText(owner, "state", entry.state) } };
}

async function storeResponse(ctx: MutationCtx, run: Doc<"runs">, result: Interpretation): Promise<void> {
  const response = run.awaitsResponse ? responseIn(result.commands) : null;
  if (!response) return;
  const text = JSON.stringify(response);
  const stored = result.vault ? await sealText(run, "response", text) : text;
  await ctx.db.insert("runResponses", { runId: run._id, response: stored });
}

/** Sees to it that a run that waits, for a time or for being let go on, does so. */
export async function arrange(
  ctx: MutationCtx,
  run: Pick<Doc<"runs">, "organizationId" | "scenarioId"> & { runId: Id<"runs"> },
  standing: Pick<Standing, "state" | "queue" | "dueAt" | "generation" | "waitReason">,
): Promise<void> {
  const { runId } = run;
  await noteHold(ctx, run, standing);
  if (standing.queue !== "waiting" || standing.dueAt === undefined) return;
  // The end of a called run comes by itself, and the sweeper looks after the end of the caller's own life.
  if (standing.waitReason === "call") return;
  await ctx.scheduler.runAt(standing.dueAt, internal.runs.internal.wake, { runId, generation: standing.generation });
}

/** The engine's state for looking at, not for showing (see `peek`); null where it cannot be read. */
export async function peekState(ctx: QueryCtx, run: Owner, log: Doc<"runLogs">): Promise<RunState | null> {
  return (await peek(ctx, run, log))?.state ?? null;
}

/** The same with what must be hidden when it is shown. The run's event may be left out. */
export async function peek(ctx: QueryCtx, run: Owner, log: Doc<"runLogs">): Promise<Omit<Loaded, "characters"> | null> {
  try {
    const text = await readState(ctx, log);
    return isSealed(text) ? await openState(run, text) : { state: unpackState(text, () => null), vault: null };
  } catch {
    return null;
  }
}

const sumLengths = (texts: readonly string[]) => texts.reduce((sum, text) => sum + text.length, 0);

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
