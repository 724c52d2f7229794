/** How a call begins: what is checked, and the run that is started. */
import { callInterfaceOf, takeInputs, type JsonValue, type OperationError } from "@patchbay/core";
import { manifestCatalog } from "@patchbay/catalog/manifests";
import type { CallCommand, Plan } from "@patchbay/engine";
import type { Doc, Id } from "../_generated/dataModel.d.ts";
import type { MutationCtx, QueryCtx } from "../functions.ts";
import { getOwned } from "../lib/ids.ts";
import { createSerial } from "../lib/serially.ts";
import { parseStored } from "../scenarios/definition.ts";
import { resolveVersion } from "../versions/resolve.ts";
import { callOf, findCall, wakeCaller, type StoredOutcome } from "./callRows.ts";
import { wouldWaitForever } from "./deadlocks.ts";
import { DEFAULT_CALLED_RUNS, MAX_CALL_DEPTH } from "./limits.ts";
import { planOf } from "./plans.ts";
import type { Vault } from "./privacy/vault.ts";
import { startRun, type Pin } from "./start.ts";

const serially = createSerial();

/** Makes the call that a run's step has ended with. `caller` is the run as it stands after that step. */
export async function makeCall(
  ctx: MutationCtx,
  args: { caller: Doc<"runs">; command: CallCommand; plan: Plan; vault: Vault | null },
): Promise<void> {
  await serially(ctx, async () => {
    const { caller, command } = args;
    if (await findCall(ctx, caller._id, command)) return;
    const own = caller.parentRunId === undefined ? null : await callOf(ctx, caller._id);
    const place = { rootRunId: own?.rootRunId ?? caller._id, depth: (own?.depth ?? 0) + 1 };
    const begun = await begin(ctx, { ...args, ...place });
    const { operationId, attempt, nodeId, bundlePath, scenarioId, mode } = command;
    const row = { operationId, attempt, nodeId, bundlePath, scenarioId, ...place, waits: mode === "wait" };
    const call = { ...row, parentRunId: caller._id };
    if (begun.ok && mode === "wait") {
      await ctx.db.insert("runCalls", { ...call, childRunId: begun.runId, isOpen: true });
      return;
    }
    const outcome: StoredOutcome = begun.ok ? { ok: true, output: { runId: begun.runId } } : begun;
    const child = begun.ok ? { childRunId: begun.runId } : {};
    await ctx.db.insert("runCalls", { ...call, ...child, isOpen: true, outcome: JSON.stringify(outcome) });
    await wakeCaller(ctx, caller._id);
  });
}

type Refused = { ok: false; error: OperationError };
type Begun = { ok: true; runId: Id<"runs"> } | Refused;

/** Starts the called run, pinned to what is published now; or says why it cannot be. */
async function begin(
  ctx: MutationCtx,
  args: Parameters<typeof makeCall>[1] & { rootRunId: Id<"runs">; depth: number },
): Promise<Begun> {
  const { caller, command, depth } = args;
  if (depth > MAX_CALL_DEPTH) return refuse("scenario_too_deep", tooDeep);
  const found = await findCallable(ctx, { organizationId: caller.organizationId, scenarioId: command.scenarioId });
  if (!found.ok) return found;
  const { scenario, pin } = found;
  const inputs = readInputs(pin, command.inputs);
  if (!inputs.ok) return refuse("scenario_input_invalid", `"${scenario.name}" was not called. ${inputs.message}`);
  const compiled = planOf(pin);
  if (!compiled.ok) {
    const why = compiled.issues.map((issue) => issue.message).join(" ");
    return refuse("scenario_invalid", `"${scenario.name}" cannot be executed: ${why}`);
  }
  const isCaught = command.mode === "wait" && (await wouldWaitForever(ctx, { caller, scenario, plan: compiled.plan }));
  if (isCaught) return refuse("scenario_deadlock", deadlocked(scenario.name, compiled.plan.maxConcurrentRuns ?? 1));
  const counted = await countInFamily(ctx, args);
  if (!counted.ok) return counted;
  const payload = { kind: "text" as const, text: await startBundle(ctx, caller, inputs.values) };
  const { shard, _id: parentRunId } = caller;
  const request = { scenario, pin, trigger: "scenario" as const, payload, shard, parentRunId };
  // What its caller knows to be secret is hidden in the called run as well.
  const started = await startRun(ctx, { ...request, ...(args.vault && { vault: args.vault }) });
  if (started.kind === "invalid") throw new Error("A plan that could be compiled cannot be executed.");
  return { ok: true, runId: started.runId };
}

async function findCallable(
  ctx: MutationCtx,
  args: { organizationId: Id<"organizations">; scenarioId: string },
): Promise<{ ok: true; scenario: Doc<"scenarios">; pin: Pin } | Refused> {
  const { organizationId, scenarioId } = args;
  const scenario = await getOwned(ctx, "scenarios", { organizationId, id: scenarioId });
  if (scenario === null) {
    return refuse("scenario_not_found", "The scenario that this node calls does not exist. Choose another one.");
  }
  const name = `"${scenario.name}"`;
  const isUnavailable = (why: string) => refuse("scenario_unavailable", `${name} cannot be called: ${why}`);
  if (scenario.archivedAt !== undefined) return isUnavailable("it was deleted. Restore it, or call another one.");
  if (scenario.publishedNumber === undefined) return isUnavailable("it was never published. Publish it.");
  if (!scenario.enabled) return isUnavailable("it is switched off. Switch it on.");
  if (scenario.publishedTrigger !== "call") {
    return isUnavailable('it does not begin with "When called". Give it that trigger and publish it.');
  }
  const pin = await resolveVersion(ctx, { scenario, source: { kind: "version" } });
  return pin === null ? isUnavailable("its published version is gone. Publish it again.") : { ok: true, scenario, pin };
}

/** The declared inputs of what is to be executed; what it does not declare (any more) is left out. */
function readInputs(
  pin: Pin,
  given: Record<string, JsonValue>,
): { ok: true; values: Record<string, JsonValue> } | { ok: false; message: string } {
  const declared = callInterfaceOf(parseStored(pin.definition), manifestCatalog)?.inputs ?? [];
  const { inputs, faults } = takeInputs(declared, given);
  if (faults.length === 0) return { ok: true, values: inputs };
  return { ok: false, message: faults.map(({ message }) => message).join(" ") };
}

/** The bundle of the start node, as JSON text. */
async function startBundle(ctx: QueryCtx, caller: Doc<"runs">, inputs: Record<string, JsonValue>): Promise<string> {
  const scenario = (await ctx.db.get("scenarios", caller.scenarioId))?.name ?? "";
  const startedAt = new Date(Date.now()).toISOString();
  return JSON.stringify({ inputs, startedAt, caller: { scenario, runId: caller._id } });
}

/** Counts a run that is about to be started by calls that begin at the root. */
async function countInFamily(
  ctx: MutationCtx,
  args: { caller: Doc<"runs">; plan: Plan; rootRunId: Id<"runs"> },
): Promise<{ ok: true } | Refused> {
  const { rootRunId } = args;
  const family = await ctx.db
    .query("runFamilies")
    .withIndex("by_root", (q) => q.eq("rootRunId", rootRunId))
    .unique();
  if (family === null) {
    // The first call is the root's own, and so is the limit.
    const limit = args.plan.maxCalledRuns ?? DEFAULT_CALLED_RUNS;
    await ctx.db.insert("runFamilies", { rootRunId, started: 1, limit });
    return { ok: true };
  }
  if (family.started >= family.limit) return refuse("scenario_call_limit", tooMany(family.limit));
  await ctx.db.patch("runFamilies", family._id, { started: family.started + 1 });
  return { ok: true };
}

const refuse = (code: string, message: string): Refused => ({
  ok: false,
  error: { kind: "invalid", code, message, notPerformed: true },
});

const tooDeep = `Scenarios called each other ${MAX_CALL_DEPTH} deep, which is as far as it goes. If a scenario calls itself, end that by a condition.`;
const tooMany = (limit: number) =>
  `This run and those that it called have started ${limit} runs, as many as are allowed. Call less often, or raise "Runs started by calls" in the settings of the scenario that began.`;
const deadlocked = (name: string, limit: number) =>
  `"${name}" allows ${limit === 1 ? "one run" : `${limit} runs`} at a time, and ${limit === 1 ? "that one waits" : "those wait"} for this run: both would wait forever. Allow more runs at a time in its settings, or do not call it from within itself.`;
