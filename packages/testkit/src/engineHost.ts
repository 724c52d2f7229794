/**
 * The engine's second host: in memory, with virtual time. Drives a run to its end against scripted effects, and keeps
 * the state as text between steps, as a database would.
 */
import type { Definition, JsonValue, ManifestCatalog, OperationError } from "@patchbay/core";
import {
  advance,
  compilePlan,
  createState,
  earliestTimer,
  operationKey,
  packState,
  pendingAsks,
  pendingCalls,
  pendingCommands,
  unpackState,
  type AskCommand,
  type CallCommand,
  type Command,
  type EffectOutcome,
  type Event,
  type OperationRecord,
  type PerformCommand,
  type Plan,
  type Ports,
  type RunError,
  type RunState,
  type WaitReason,
  type WebhookResponse,
} from "@patchbay/engine";
import { testCatalog, testPorts } from "./scenarios.ts";

export interface EffectCall extends PerformCommand {
  key: string;
  /** How many results of this operation were delivered before. */
  delivered: number;
}

/**
 * What becomes of one attempt. `lostBefore`: the performer dies before it did anything; `lostAfter`: it did it, and its
 * result is lost. `deferredMs`: it is not made, and comes again after so long.
 */
export type EffectScript = (call: EffectCall) => EffectOutcome | "lostBefore" | "lostAfter" | { deferredMs: number };

/** An answer that comes in time; a person goes on without one; or nobody answers. */
export type AnswerScript = (key: string, ask: AskCommand) => Record<string, JsonValue> | "skip" | "nobody";

export interface HostOptions {
  definition: Definition;
  catalog?: ManifestCatalog;
  effects?: EffectScript;
  /** Steps that the next `advance` may take. */
  steps?: () => number;
  random?: () => number;
  /** Which of the attempts and calls that are with the host ends next, counted from 0; the first where absent. */
  nextToEnd?: (inFlight: readonly (PerformCommand | CallCommand)[]) => number;
  /** Replaces parts of the ports. */
  ports?: Partial<Ports>;
  startMs?: number;
  /** What comes of a Wait node; nobody answers where it is absent. */
  answers?: AnswerScript;
  /** Scenarios that `scenario.call` finds, by id. A called run has the host of its caller. */
  scenarios?: Record<string, Definition>;
  /** The run's id, where it is not the only one. */
  runId?: string;
}

export interface RunReport {
  outcome: "succeeded" | "failed" | "cancelled" | "parked";
  error: RunError | null;
  operations: OperationRecord[];
  /** Effects that took place, in order; the same key twice means that it was done twice. */
  performed: { key: string; effect: PerformCommand["effect"]; attempt: number }[];
  responses: WebhookResponse[];
  /** Calls of other scenarios, in order, and how their runs ended; null where the scenario does not exist. */
  calls: { command: CallCommand; report: RunReport | null }[];
  /** What the run gave its caller. */
  returned: Record<string, JsonValue> | null;
  waits: { reason: WaitReason; durationMs: number }[];
  /** Wait nodes whose address was given out, and those that were reached, as `node:bundlePath`. */
  expected: string[];
  asked: string[];
  nowMs: number;
  /** Edge counts by position: `[seen, passed]`. */
  edges: Record<string, [number, number]>;
  /** Characters of the largest state that was stored. */
  largestState: number;
  advances: number;
  /** Attempts and calls that were with the host at the same time, at most. */
  mostInFlight: number;
}

export interface EngineHost {
  /** Starts the run and drives it until it ends or parks. */
  run(bundle: JsonValue): RunReport;
  /** Goes on with a parked run. */
  send(event: Event): RunReport;
  report(): RunReport;
  /** The stored state, as text. */
  stored(): string;
}

const MAX_ADVANCES = 200_000;

/** A host for one run. Throws when the definition cannot be compiled or the run does not come to an end. */
export function createEngineHost(options: HostOptions): EngineHost {
  const compiled = compilePlan(options.definition, options.catalog ?? testCatalog);
  if (!compiled.ok) throw new Error(compiled.issues.map((issue) => issue.message).join(" "));
  return new MemoryHost(compiled.plan, options);
}

class MemoryHost implements EngineHost {
  private readonly plan: Plan;
  private readonly options: HostOptions;
  private text = packState(createState());
  private bundle: JsonValue = null;
  private nowMs: number;
  private readonly delivered = new Map<string, number>();
  private readonly result: RunReport;

  constructor(plan: Plan, options: HostOptions) {
    this.plan = plan;
    this.options = options;
    this.nowMs = options.startMs ?? 1_000_000;
    this.result = {
      outcome: "parked",
      error: null,
      operations: [],
      performed: [],
      responses: [],
      calls: [],
      returned: null,
      waits: [],
      expected: [],
      asked: [],
      nowMs: this.nowMs,
      edges: {},
      largestState: 0,
      advances: 0,
      mostInFlight: 0,
    };
  }

  run(bundle: JsonValue): RunReport {
    this.bundle = bundle;
    return this.send({ kind: "start", bundle });
  }

  send(event: Event): RunReport {
    for (let next: Event | null = event; next;) {
      const commands = this.advance(next);
      next = commands && this.carryOut(commands);
    }
    return this.report();
  }

  report(): RunReport {
    return { ...this.result, nowMs: this.nowMs };
  }

  stored(): string {
    return this.text;
  }

  /** One `advance` from text to text; null where the event was refused. */
  private advance(event: Event): Command[] | null {
    this.result.advances += 1;
    if (this.result.advances > MAX_ADVANCES) throw new Error("The run does not come to an end.");
    const ports = { ...testPorts({ nowMs: this.nowMs, random: this.options.random }), ...this.options.ports };
    const budget = { steps: this.options.steps?.() ?? 1_000 };
    const advanced = advance(this.plan, this.state(), event, { ports, budget });
    if (!advanced.accepted) return null;
    this.text = packState(advanced.state);
    this.result.largestState = Math.max(this.result.largestState, this.text.length);
    this.result.operations.push(...advanced.operations);
    this.result.edges = advanced.state.edges;
    for (const command of advanced.commands) {
      if (command.kind === "respond") this.result.responses.push(command.response);
      if (command.kind === "expect") this.result.expected.push(placeOf(command));
      if (command.kind === "ask") this.result.asked.push(placeOf(command));
    }
    return advanced.commands;
  }

  private state(): RunState {
    return unpackState(this.text, () => this.bundle);
  }

  /** What comes next: attempts that the stored state asks for, as for an executor that reads it, before waiting any longer. */
  private carryOut(commands: Command[]): Event | null {
    const last = commands.at(-1);
    if (last?.kind === "pause") return { kind: "continue" };
    if (last?.kind === "finish") return this.finish(last);
    const state = this.state();
    const inFlight = [...pendingCommands(this.plan, state), ...pendingCalls(state)];
    this.result.mostInFlight = Math.max(this.result.mostInFlight, inFlight.length);
    const dueMs = earliestTimer(state)?.dueMs ?? Infinity;
    const command = inFlight[this.options.nextToEnd?.(inFlight) ?? 0];
    if (command && dueMs > this.nowMs) return command.kind === "call" ? this.call(command) : this.perform(command);
    if (last?.kind === "park") return this.park(last);
    if (last?.kind !== "wait") throw new Error("The engine stopped without saying why.");
    return this.wait(last, state);
  }

  private finish(command: Extract<Command, { kind: "finish" }>): null {
    this.result.outcome = command.outcome;
    this.result.error = command.outcome === "failed" ? command.error : null;
    this.result.returned = (command.outcome === "succeeded" && command.returned) || null;
    return null;
  }

  private wait(command: Extract<Command, { kind: "wait" }>, state: RunState): Event {
    this.result.waits.push({ reason: command.reason, durationMs: command.dueMs - this.nowMs });
    for (const ask of pendingAsks(state)) {
      const answer = answerTo(ask, { ...this.options, runId: this.options.runId ?? "run1", nowMs: this.nowMs });
      if (answer) return answer;
    }
    this.nowMs = Math.max(this.nowMs, command.dueMs);
    return { kind: "timer" };
  }

  private park(command: Extract<Command, { kind: "park" }>): Event | null {
    this.result.outcome = "parked";
    this.result.error = command.error;
    if (command.retryAtMs === undefined) return null;
    this.nowMs = Math.max(this.nowMs, command.retryAtMs);
    return { kind: "retry" };
  }

  /** Runs the called scenario to its end; one that parks is retried, as a person would. */
  private call(command: CallCommand): Event {
    const { operationId, attempt, scenarioId } = command;
    const definition = this.options.scenarios?.[scenarioId];
    const runId = calledRunId(this.options.runId ?? "run1", command);
    const host = definition && createEngineHost({ ...this.options, definition, runId, startMs: this.nowMs });
    let report = host?.run(command.inputs) ?? null;
    for (let retries = 0; host && report?.outcome === "parked" && retries < 50; retries++)
      report = host.send({ kind: "retry" });
    this.result.calls.push({ command, report });
    this.nowMs = report?.nowMs ?? this.nowMs;
    return { kind: "resumed", operationId, attempt, outcome: outcomeOfCall(report, command) };
  }

  private perform(command: PerformCommand): Event {
    const { operationId, attempt, effect } = command;
    const key = operationKey(this.options.runId ?? "run1", command);
    const delivered = this.delivered.get(key) ?? 0;
    const outcome = this.options.effects?.({ ...command, key, delivered }) ?? { ok: true, output: command.input };
    if (typeof outcome === "object" && "deferredMs" in outcome) {
      const untilMs = this.nowMs + outcome.deferredMs;
      return { kind: "deferred", operationId, attempt, untilMs, reason: "breaker" };
    }
    if (outcome !== "lostBefore" && (outcome === "lostAfter" || tookPlace(outcome))) {
      this.result.performed.push({ key, effect, attempt });
    }
    if (typeof outcome === "string") return { kind: "lost", operationId, attempt };
    this.delivered.set(key, delivered + 1);
    const startedAtMs = this.nowMs;
    this.nowMs += 10;
    return { kind: "result", operationId, attempt, startedAtMs, endedAtMs: this.nowMs, outcome };
  }
}

const placeOf = ({ nodeId, bundlePath }: { nodeId: number; bundlePath: string }) => `${nodeId}:${bundlePath}`;

/** The event that answers a Wait node by the script; null where nobody does. */
export function answerTo(
  ask: AskCommand,
  script: { answers?: AnswerScript; runId: string; nowMs: number },
): Event | null {
  const { operationId } = ask;
  const given = script.answers?.(operationKey(script.runId, ask), ask) ?? "nobody";
  if (given === "nobody") return null;
  return given === "skip"
    ? { kind: "skip", operationId }
    : { kind: "answer", operationId, answer: given, atMs: script.nowMs };
}

const tookPlace = (outcome: EffectOutcome) => outcome.ok || outcome.error.notPerformed !== true;

/** The id of a called run, from its caller's and the place of the call: the same however many bundles are processed at once. */
export const calledRunId = (runId: string, { nodeId, bundlePath, attempt }: CallCommand) =>
  `${runId}/${nodeId}:${bundlePath}.${attempt}`;

/** What the caller gets of a called run that has ended; null: the scenario does not exist. */
export function outcomeOfCall(
  report: { outcome: RunReport["outcome"]; error: RunError | null; returned: Record<string, JsonValue> | null } | null,
  command: CallCommand,
): EffectOutcome {
  const refused = (kind: OperationError["kind"], code: string) => ({
    ok: false as const,
    error: { kind, code, message: `${command.scenarioId}: ${code}` },
  });
  if (report === null) return refused("invalid", "scenario_not_found");
  if (command.mode === "start") return { ok: true, output: { runId: "called" } };
  if (report.outcome === "succeeded") return { ok: true, output: { outputs: report.returned ?? {} } };
  return refused(report.outcome === "cancelled" ? "cancelled" : "terminal", "scenario_failed");
}
