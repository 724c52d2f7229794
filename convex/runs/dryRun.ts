/**
 * Dry runs: what a run would do, without doing it. Effects, and calls of other scenarios, are answered here, inside the transaction, and never reach an
 * executor (`isSimulated` guards the one place where work is handed out); what only reads outside is performed, unless
 * that was switched off. Delays and answers are skipped by the engine itself.
 */
import type { JsonValue, NodeId } from "@patchbay/core";
import {
  pendingCalls,
  pendingCommands,
  type CallCommand,
  type Command,
  type Event,
  type PerformCommand,
  type Plan,
  type RunState,
  type Simulated,
} from "@patchbay/engine";
import type { Id } from "../_generated/dataModel.d.ts";
import type { QueryCtx } from "../functions.ts";
import { interpret, type Interpretation } from "./interpret.ts";
import { LOG_CHARACTERS_PER_RUN, STEPS_PER_RUN } from "./limits.ts";
import { exampleOutput } from "./example.ts";
import { findLastOutputs } from "./samples.ts";
import type { Vault } from "./privacy/vault.ts";
import type { DryRun } from "./tables.ts";

/** Whether the effect is simulated in a run of this kind. */
export function isSimulated(dryRun: DryRun | undefined, { effect }: Pick<PerformCommand, "effect">): boolean {
  return dryRun !== undefined && (effect !== "read" || dryRun === "simulateReads");
}

interface DryStep {
  dryRun: DryRun;
  scenarioId: Id<"scenarios">;
  plan: Plan;
  state: RunState;
  event: Event;
  nowMs: number;
  steps?: number;
  vault?: Vault | null;
}

/** As `interpret`, and goes on after each effect that is simulated. */
export async function interpretDry(ctx: QueryCtx, step: DryStep): Promise<Interpretation> {
  const { plan, nowMs } = step;
  const limit = step.steps ?? STEPS_PER_RUN;
  const samples = createSamples(ctx, step);
  const { state, vault = null } = step;
  const total: Interpretation = { accepted: true, state, commands: [], operations: [], large: [], steps: 0, vault };
  let event: Event = step.event;
  // Paused here, between an effect and its answer: `continue` says nothing to the engine then.
  if (event.kind === "continue") event = (await answerTo(step, step.state, samples)) ?? event;
  for (let characters = 0; ;) {
    const steps = Math.max(Math.min(1, limit), limit - total.steps);
    const next = interpret(plan, total.state, event, { nowMs, steps, vault: total.vault });
    if (!next.accepted) return { ...total, accepted: total.steps > 0 };
    total.state = next.state;
    total.vault = next.vault;
    total.steps += next.steps;
    total.operations.push(...next.operations);
    total.large.push(...next.large);
    characters += next.operations.reduce((sum, text) => sum + text.length, 0);
    const answer = await answerTo(step, total.state, samples);
    if (answer === null) return { ...total, commands: [...total.commands, ...next.commands] };
    total.commands.push(...next.commands.filter((command) => !isAnswered(step.dryRun, command)));
    event = answer;
    if (total.steps < limit && characters < LOG_CHARACTERS_PER_RUN) continue;
    return { ...total, commands: [...total.commands, { kind: "pause" }] };
  }
}

type Samples = (nodeId: NodeId) => Promise<JsonValue | undefined>;

/** Whether the command is answered here. */
function isAnswered(dryRun: DryRun, command: Command): command is CallCommand | PerformCommand {
  return command.kind === "call" || (command.kind === "perform" && isSimulated(dryRun, command));
}

/** The simulated result of the first thing that the state waits for; null where all is to be performed, or nothing is. */
async function answerTo(step: DryStep, state: RunState, samples: Samples): Promise<Event | null> {
  const commands = [...pendingCalls(state), ...pendingCommands(step.plan, state)];
  const command = commands.find((pending) => isAnswered(step.dryRun, pending));
  if (!command) return null;
  const { operationId, attempt, nodeId } = command;
  const { output, simulated } = await simulate(step.plan, nodeId, samples);
  const answer = { operationId, attempt, outcome: { ok: true as const, output }, simulated };
  if (command.kind === "call") return { kind: "resumed", ...answer };
  return { kind: "result", startedAtMs: step.nowMs, endedAtMs: step.nowMs, ...answer };
}

async function simulate(
  plan: Plan,
  nodeId: NodeId,
  samples: Samples,
): Promise<{ output: JsonValue; simulated: Simulated }> {
  const last = await samples(nodeId);
  if (last !== undefined) return { output: last, simulated: "lastOutput" };
  const node = plan.nodes.get(nodeId);
  return node ? exampleOutput(node.type, node.typeVersion) : { output: {}, simulated: "nothing" };
}

/** What nodes last put out in real runs, searched when it is first asked for. */
function createSamples(ctx: QueryCtx, { scenarioId }: DryStep): Samples {
  let found: Promise<Map<NodeId, JsonValue>> | undefined;
  return async (nodeId) => (await (found ??= findLastOutputs(ctx, scenarioId))).get(nodeId);
}
