/** What a step or a claim hands to the executor that holds the run: of several lanes, several things at once. */
import {
  earliestTimer,
  pendingCommands,
  pendingsOf,
  type Event,
  type PerformCommand,
  type Plan,
  type RunState,
} from "@patchbay/engine";
import type { Doc, Id } from "../_generated/dataModel.d.ts";
import type { MutationCtx } from "../functions.ts";
import { isSimulated } from "./dryRun.ts";
import type { Interpretation } from "./interpret.ts";
import { INLINE_STATE_CHARACTERS } from "./limits.ts";
import { requireLog } from "./log.ts";
import { getPayloadFile } from "./payloads.ts";
import { getPlan } from "./plans.ts";
import { peekState } from "./step.ts";

/** What an executor has to do for a run that it holds. Values cross as JSON text. */
export type Task =
  | {
      kind: "perform";
      operationId: number;
      nodeId: number;
      bundlePath: string;
      type: string;
      typeVersion: number;
      input: string;
      connectionId?: string;
      effect: "read" | "idempotent" | "write";
      attempt: number;
      timeoutMs: number;
      whenUnavailable?: "fail";
    }
  /** Interpret on, in the next tick. */
  | { kind: "continue" }
  /** The same at `atMs`, when a lane's timer is due while others perform. It takes the place of an earlier one. */
  | { kind: "wake"; atMs: number }
  /** Read the payload's file and hand its text in. */
  | { kind: "load"; storageId: Id<"_storage"> };

export interface Work {
  runId: Id<"runs">;
  organizationId: Id<"organizations">;
  generation: number;
  task: Task;
}

type Held = Pick<Doc<"runs">, "_id" | "organizationId" | "generation" | "dryRun">;

/** What follows from a step, for the executor that has all that was handed out before. */
export function newWork(plan: Plan, result: Interpretation, run: Held): Work[] {
  const handedOut = new Set(result.commands.flatMap((each) => (each.kind === "perform" ? [attemptOf(each)] : [])));
  return workOf(plan, result.state, { run, isNew: (command) => handedOut.has(attemptOf(command)) });
}

const attemptOf = ({ operationId, attempt }: PerformCommand) => `${operationId}.${attempt}`;

/** What there is to do for the run, as far as it is new to whoever asks. */
function workOf(
  plan: Plan,
  state: RunState,
  { run, isNew }: { run: Held; isNew: (command: PerformCommand) => boolean },
): Work[] {
  const base = { runId: run._id, organizationId: run.organizationId, generation: run.generation };
  const pending = pendingCommands(plan, state);
  const performed = pending.filter((command) => !isSimulated(run.dryRun, command));
  const work: Work[] = performed.filter(isNew).map(({ kind, input, ...rest }) => {
    return { ...base, task: { kind, ...rest, input: JSON.stringify(input) } };
  });
  const timer = state.phase === "performing" ? earliestTimer(state) : null;
  const goesOn = state.phase === "ready" || performed.length < pending.length || pending.length === 0;
  if (goesOn) work.push({ ...base, task: { kind: "continue" } });
  else if (timer) work.push({ ...base, task: { kind: "wake", atMs: timer.dueMs } });
  return work;
}

/** Whether lanes perform attempts that the event is not about: they are with the executor that holds the run. */
export function performsBeside(state: RunState, event: Event): boolean {
  const operationId = "operationId" in event ? event.operationId : null;
  return pendingsOf(state).some(({ id, phase }) => phase === "performing" && id !== operationId);
}

/**
 * What is to do for a run that an executor has just claimed. One that cannot be read is to be continued like any other:
 * that step ends it, and tells why.
 */
export async function loadWork(ctx: MutationCtx, run: Doc<"runs">): Promise<{ work: Work[]; characters: number }> {
  const base = { runId: run._id, organizationId: run.organizationId, generation: run.generation };
  const log = await requireLog(ctx, run);
  const characters = log.state?.length ?? INLINE_STATE_CHARACTERS;
  const state = await peekState(ctx, run, log);
  if (state?.phase === "new") {
    const storageId = await getPayloadFile(ctx, log);
    if (storageId) return { work: [{ ...base, task: { kind: "load", storageId } }], characters };
  }
  const isPerforming = state !== null && pendingsOf(state).some(({ phase }) => phase === "performing");
  const plan = isPerforming ? await getPlan(ctx, run) : null;
  if (!state || !plan) return { work: [{ ...base, task: { kind: "continue" } }], characters };
  return { work: workOf(plan, state, { run, isNew: () => true }), characters };
}
