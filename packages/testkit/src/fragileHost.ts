/**
 * A host that fails at every point where a real one can: before and after what it has computed is stored, with events that come twice
 * or too late. Whatever is in memory is then gone; it goes on from the stored text alone, as a sweeper does.
 */
import type { Definition, JsonValue } from "@patchbay/core";
import {
  advance,
  compilePlan,
  createState,
  operationKey,
  packState,
  pendingCall,
  pendingAsk,
  pendingCommand,
  unpackState,
  type Advance,
  type AskCommand,
  type CallCommand,
  type Command,
  type EffectOutcome,
  type Event,
  type OperationRecord,
  type Plan,
  type RunError,
  type RunState,
} from "@patchbay/engine";
import { answerTo, calledRunId, outcomeOfCall, type AnswerScript } from "./engineHost.ts";
import type { Random } from "./random.ts";
import { testCatalog, testPorts } from "./scenarios.ts";

/**
 * `beforeStore`: what an event led to is lost with the process, and so is the event if it was a result. `afterStore`: it is stored,
 * and nobody is left to carry out what it asks for. `repeated`: the event is delivered again. `stale`: so is a result of an attempt that
 * is not under way.
 */
export const faults = ["beforeStore", "afterStore", "repeated", "stale"] as const;
export type Fault = (typeof faults)[number];

/** How often each command was hit by each fault. */
export type FaultTally = Record<Command["kind"], Record<Fault, number>>;

export function createFaultTally(): FaultTally {
  const none = () => ({ beforeStore: 0, afterStore: 0, repeated: 0, stale: 0 });
  const waiting = { wait: none(), expect: none(), ask: none() };
  return { perform: none(), call: none(), ...waiting, respond: none(), park: none(), pause: none(), finish: none() };
}

export interface FragileOptions {
  definition: Definition;
  bundle: JsonValue;
  random: Random;
  /** How likely each step is to meet a fault, in [0, 1). */
  faultRate: number;
  /** What a service answers, by the operation's key and how often it has answered before. */
  answer: (key: string, answered: number, input: JsonValue) => EffectOutcome;
  tally: FaultTally;
  /** Who answers Wait nodes: lost answers are sent again, and all are sent twice now and then. */
  answers?: AnswerScript;
  /** Scenarios that `scenario.call` finds, by id; their runs meet faults as well. */
  scenarios?: Record<string, Definition>;
  runId?: string;
  startMs?: number;
  /**
   * Whether persons do anything they may with a parked run, and stop runs in between. Without it they retry until it ends,
   * and it must end as one that never stopped.
   */
  persons?: "anything";
}

export interface FragileReport {
  outcome: "succeeded" | "failed" | "cancelled";
  error: RunError | null;
  operations: OperationRecord[];
  edges: RunState["edges"];
  /** What went against the engine's invariants, in words; empty when all is well. */
  problems: string[];
  /** How often a person had to retry. */
  retries: number;
  /** Calls of other scenarios, in order, and how their runs ended; null where the scenario does not exist. */
  calls: { command: CallCommand; report: FragileReport | null }[];
  returned: Record<string, JsonValue> | null;
  nowMs: number;
  /** What persons did with parked runs, how often. */
  acts: Record<Act, number>;
}

/** What a person may do with a parked run; `wait` leaves it to its own retries, where it has some. */
const acts = ["retry", "edit", "resolve", "cancel", "wait"] as const;
export type Act = (typeof acts)[number];

const MAX_STEPS = 100_000;
/** Later steps meet no faults: every run comes to its end. */
const MAX_FAULTS = 60;

/** Runs a scenario to its end; a person retries whatever is parked. */
export function runFragile(options: FragileOptions): FragileReport {
  return new FragileHost(options).run();
}

class FragileHost {
  readonly #options: FragileOptions;
  readonly #plan: Plan;
  readonly #runId: string;
  #text = packState(createState());
  #nowMs: number;
  #faultsLeft = MAX_FAULTS;
  #finished: Extract<Command, { kind: "finish" }> | null = null;
  readonly #operations: OperationRecord[] = [];
  readonly #problems: string[] = [];
  readonly #answered = new Map<string, number>();
  /** How often each write took place, and how often a person allowed it again. */
  readonly #written = new Map<string, number>();
  readonly #allowed = new Map<string, number>();
  /** Operations that a person called done: they must not be performed any more. */
  readonly #resolved = new Set<string>();
  readonly #acts: FragileReport["acts"] = { retry: 0, edit: 0, resolve: 0, cancel: 0, wait: 0 };
  #retries = 0;
  readonly #expected = new Set<string>();
  /** Called runs, by operation and attempt. */
  readonly #called = new Map<string, FragileReport["calls"][number]>();

  constructor(options: FragileOptions) {
    const compiled = compilePlan(options.definition, testCatalog);
    if (!compiled.ok) throw new Error(compiled.issues.map((issue) => issue.message).join(" "));
    this.#options = options;
    this.#plan = compiled.plan;
    this.#runId = options.runId ?? "run1";
    this.#nowMs = options.startMs ?? 1_000_000;
  }

  run(): FragileReport {
    let event: Event | null = { kind: "start", bundle: this.#options.bundle };
    for (let steps = 0; event; steps++) {
      if (steps > MAX_STEPS) throw new Error("The run does not come to an end.");
      event = this.#deliver(this.#interrupt(event));
    }
    this.#checkOperations();
    const finished = this.#finished;
    if (!finished) throw new Error("The run stopped without an end.");
    return {
      outcome: finished.outcome,
      error: finished.outcome === "failed" ? finished.error : null,
      operations: this.#operations,
      edges: this.#state().edges,
      problems: this.#problems,
      retries: this.#retries,
      calls: [...this.#called.values()],
      returned: (finished.outcome === "succeeded" && finished.returned) || null,
      nowMs: this.#nowMs,
      acts: this.#acts,
    };
  }

  #state(): RunState {
    return unpackState(this.#text, () => this.#options.bundle);
  }

  #advance(event: Event): Advance {
    const { random } = this.#options;
    const ports = testPorts({ nowMs: this.#nowMs, random: () => 0.5 });
    return advance(this.#plan, this.#state(), event, { ports, budget: { steps: 1 + random.below(6) } });
  }

  /** Applies an event, meets a fault perhaps, and gives back the event that comes next. */
  #deliver(event: Event): Event | null {
    const advanced = this.#advance(event);
    if (!advanced.accepted) {
      this.#problems.push(`${event.kind} was refused in phase ${this.#state().phase}`);
      return null;
    }
    const command = advanced.commands.at(-1);
    if (!command) throw new Error("The engine stopped without saying why.");
    const fault = isNearlyGivenUp(advanced.state) || isNearlyGivenUp(this.#state()) ? null : this.#chooseFault();
    if (fault) for (const { kind } of advanced.commands) this.#options.tally[kind][fault] += 1;
    if (fault === "beforeStore") return this.#recover(event);
    this.#noteDecision(event, this.#state());
    this.#store(advanced);
    if (fault === "repeated") this.#repeat(event);
    if (fault === "stale") this.#sendStale();
    return fault === "afterStore" ? this.#recover(null) : this.#carryOut(command);
  }

  #chooseFault(): Fault | null {
    const { random, faultRate } = this.#options;
    if (this.#faultsLeft <= 0 || !random.chance(faultRate)) return null;
    // An operation that loses its performer too often fails: that is a test of its own.
    if ((this.#state().pending?.lost ?? 0) >= 4) return null;
    this.#faultsLeft -= 1;
    return random.pick(faults);
  }

  #store(advanced: Advance): void {
    if (this.#finished) this.#problems.push("something happened after the end");
    this.#text = packState(advanced.state);
    this.#operations.push(...advanced.operations);
    for (const command of advanced.commands) {
      if (command.kind === "finish") this.#finished = command;
      if (command.kind === "call") this.#call(command);
      if (command.kind === "expect") this.#expected.add(`${command.nodeId}:${command.bundlePath}`);
      if (command.kind === "ask") this.#checkExpected(command);
    }
  }

  /** What a sweeper does for a run of which only the stored text is left. `lostEvent` never was: its sender comes again. */
  #recover(lostEvent: Event | null): Event | null {
    const state = this.#state();
    switch (state.phase) {
      case "new":
        return lostEvent;
      case "ready":
        return { kind: "continue" };
      case "performing":
        return { kind: "lost", ...underWay(state) };
      case "waiting":
        return pendingCall(state) ? this.#endCall(state) : this.#wake(state);
      case "parked":
        return this.#retry(state);
      case "ended":
        return null;
    }
  }

  #carryOut(command: Command): Event | null {
    const state = this.#state();
    switch (command.kind) {
      case "perform":
        return this.#perform(state);
      case "call":
        return this.#endCall(state);
      case "wait":
        return this.#wake(state);
      case "pause":
        return { kind: "continue" };
      case "park":
        return this.#retry(state);
      case "finish":
      case "respond":
      case "expect":
      case "ask":
        return null;
    }
  }

  /** Now and then somebody stops the run in between: what was to come next is never delivered. */
  #interrupt(event: Event): Event {
    const { random, persons } = this.#options;
    return persons && event.kind !== "start" && random.chance(0.01) ? { kind: "cancel" } : event;
  }

  /** The timer; now and then it comes too early, and has to wait for the rest, or somebody does not wait for it. */
  #wake(state: RunState): Event {
    const ask = pendingAsk(state);
    if (ask) return this.#answer(ask);
    const { reason } = state.pending ?? {};
    if (reason !== "delay" && this.#options.random.chance(0.3)) return { kind: "release" };
    const dueMs = state.pending?.dueMs ?? this.#nowMs;
    if (!this.#options.random.chance(0.2)) this.#nowMs = Math.max(this.#nowMs, dueMs);
    return { kind: "timer" };
  }

  /** An answer in time; where nobody answers, one that comes at the end of the wait is too late. */
  #answer(ask: AskCommand): Event {
    const { answers } = this.#options;
    const event = answerTo(ask, { runId: this.#runId, ...(answers && { answers }) });
    if (event) return event;
    if (this.#options.random.chance(0.2)) return { kind: "timer" };
    this.#nowMs = Math.max(this.#nowMs, ask.dueMs);
    const late = this.#advance({ kind: "answer", operationId: ask.operationId, answer: { late: true } });
    if (late.accepted) this.#problems.push("an answer was accepted after its time");
    return { kind: "timer" };
  }

  /** Random scenarios ask for the address of each Wait node before they reach it: it must be that of this operation. */
  #checkExpected({ nodeId, bundlePath }: AskCommand): void {
    const place = `${nodeId}:${bundlePath}`;
    if (!this.#expected.has(place)) this.#problems.push(`${place} asks at another address than was given out`);
  }

  /** The called run begins with the transaction that stores its caller's state, and once. */
  #call(command: CallCommand): void {
    const key = callKey(command);
    if (this.#called.has(key)) this.#problems.push(`${key} was called twice`);
    const definition = this.#options.scenarios?.[command.scenarioId];
    const runId = calledRunId(this.#runId, command);
    const report = definition
      ? runFragile({ ...this.#options, definition, bundle: command.inputs, runId, startMs: this.#nowMs })
      : null;
    this.#called.set(key, { command, report });
    this.#problems.push(...(report?.problems ?? []));
    this.#retries += report?.retries ?? 0;
  }

  /** How the called run ended is stored with it: whoever looks after a crash finds it there. */
  #endCall(state: RunState): Event {
    const command = pendingCall(state);
    const called = command && this.#called.get(callKey(command));
    if (!command || !called) throw new Error("The run waits for a call that was never made.");
    this.#nowMs = Math.max(this.#nowMs, called.report?.nowMs ?? 0);
    const { operationId, attempt } = command;
    return { kind: "resumed", operationId, attempt, outcome: outcomeOfCall(called.report, command) };
  }

  #retry(state: RunState): Event {
    this.#retries += 1;
    this.#nowMs += 1_000;
    const act = this.#decide(state);
    this.#acts[act] += 1;
    if (act === "cancel") return { kind: "cancel" };
    if (act === "resolve") return { kind: "resolve", output: { given: true }, by: "somebody" };
    if (act === "wait") return { kind: "retry" };
    return { kind: "retry", by: "somebody", ...(act === "edit" && { changes: { value: "edited" } }) };
  }

  /** What is decided counts once it is stored. `state`: the one that it was decided about. */
  #noteDecision(event: Event, state: RunState): void {
    const stopped = state.pending ?? state.broken;
    if (!stopped || (event.kind !== "retry" && event.kind !== "resolve")) return;
    const key = operationKey(this.#runId, { nodeId: stopped.node, bundlePath: stopped.path });
    if (event.kind === "resolve") this.#resolved.add(key);
    else this.#allowed.set(key, (this.#allowed.get(key) ?? 0) + 1);
  }

  #decide(state: RunState): Act {
    const { random, persons } = this.#options;
    if (!persons) return "retry";
    const act = random.pick(acts);
    // Only what was broken off tries again by itself.
    return act === "wait" && state.pending ? "retry" : act;
  }

  #perform(state: RunState): Event {
    const command = pendingCommand(this.#plan, state);
    if (!command) throw new Error("The stored state asks for no effect.");
    const { operationId, attempt } = command;
    if (this.#options.random.chance(0.05)) {
      return { kind: "deferred", operationId, attempt, untilMs: this.#nowMs + 5_000, reason: "breaker" };
    }
    const key = operationKey(this.#runId, command);
    if (this.#resolved.has(key)) this.#problems.push(`${key} was performed after somebody called it done`);
    const answered = this.#answered.get(key) ?? 0;
    const outcome = this.#options.answer(key, answered, command.input);
    const tookPlace = outcome.ok || outcome.error.notPerformed !== true;
    if (command.effect === "write" && tookPlace) this.#write(key);
    this.#answered.set(key, answered + 1);
    const startedAtMs = this.#nowMs;
    this.#nowMs += 10;
    return { kind: "result", operationId, attempt, startedAtMs, endedAtMs: this.#nowMs, outcome };
  }

  #write(key: string): void {
    const times = (this.#written.get(key) ?? 0) + 1;
    this.#written.set(key, times);
    if (times > 1 + (this.#allowed.get(key) ?? 0)) this.#problems.push(`${key} was written ${times} times unasked`);
  }

  /** Events that move a run on by themselves (a person's retry, going on after a pause) mean something when they come twice. */
  #repeat(event: Event): void {
    if (event.kind === "retry" || event.kind === "resolve" || event.kind === "continue") return;
    const again = this.#advance(event);
    const isHarmless = !again.accepted || (event.kind === "timer" && packState(again.state) === this.#text);
    // A timer that comes again may be that of the wait which follows: it must not be early then.
    const isNextTimer = event.kind === "timer" && (this.#state().pending?.dueMs ?? Infinity) <= this.#nowMs;
    if (!isHarmless && !isNextTimer) this.#problems.push(`${event.kind} was accepted twice`);
  }

  /** A result of an attempt, and one of an operation, that came before the one under way. */
  #sendStale(): void {
    const { operationId, attempt } = underWay(this.#state());
    const outcome: EffectOutcome = { ok: true, output: "stale" };
    const result = { kind: "result" as const, startedAtMs: 0, endedAtMs: 1, outcome };
    for (const of of [
      { operationId, attempt: attempt - 1 },
      { operationId: operationId - 1, attempt },
    ]) {
      const resumed = { kind: "resumed" as const, outcome, ...of };
      const isAccepted = this.#advance({ ...result, ...of }).accepted || this.#advance(resumed).accepted;
      const earlier = { operationId: operationId - 1, answer: { stale: true } };
      if (this.#advance({ kind: "answer", ...earlier }).accepted) this.#problems.push("an answer to another operation");
      if (isAccepted) this.#problems.push("a result that came too late was accepted");
    }
  }

  #checkOperations(): void {
    const ids = this.#operations.map(({ id }) => id);
    if (new Set(ids).size !== ids.length) this.#problems.push("an operation ended twice");
  }
}

/** One more lost performer would end the operation as failed, which the calm host never sees. */
const isNearlyGivenUp = ({ pending }: RunState) => (pending?.lost ?? 0) >= 5;

const callKey = ({ operationId, attempt }: CallCommand) => `${operationId}.${attempt}`;
const underWay = ({ pending }: RunState) => ({ operationId: pending?.id ?? 0, attempt: pending?.attempt ?? 0 });
