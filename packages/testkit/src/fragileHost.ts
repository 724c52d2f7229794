/**
 * A host that fails at every point where a real one can: before and after what it has computed is stored, with events that come twice
 * or too late. Whatever is in memory is then gone; it goes on from the stored text alone, as a sweeper does.
 */
import type { Definition, JsonValue } from "@patchbay/core";
import {
  advance,
  compilePlan,
  createState,
  earliestTimer,
  leavesOf,
  operationKey,
  packState,
  pendingAsks,
  pendingCalls,
  pendingCommands,
  pendingsOf,
  stoppedOperation,
  unpackState,
  type Advance,
  type AskCommand,
  type CallCommand,
  type Command,
  type EffectOutcome,
  type Event,
  type OperationRecord,
  type PerformCommand,
  type Plan,
  type RunError,
  type RunState,
  type Timer,
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

/** How often each command was hit by each fault; `lanes`: while several attempts and calls were with the host. */
export type FaultTally = Record<Command["kind"] | "lanes", Record<Fault, number>>;

export function createFaultTally(): FaultTally {
  const none = () => ({ beforeStore: 0, afterStore: 0, repeated: 0, stale: 0 });
  const performing = { perform: none(), call: none(), abandon: none(), lanes: none() };
  const waiting = { wait: none(), expect: none(), ask: none() };
  return { ...performing, ...waiting, respond: none(), park: none(), pause: none(), finish: none() };
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
  /** Attempts and calls that were with the host at the same time, at most. */
  mostInFlight: number;
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
  #mostInFlight = 0;
  /** Whether the first of several attempts takes longer than the others, as a rule. */
  readonly #isFirstSlow: boolean;
  /** Attempts whose performer died, and of which the run has not been told yet. */
  #lost: PerformCommand[] = [];
  /** Called runs, by operation and attempt. */
  readonly #called = new Map<string, FragileReport["calls"][number]>();

  constructor(options: FragileOptions) {
    const compiled = compilePlan(options.definition, testCatalog);
    if (!compiled.ok) throw new Error(compiled.issues.map((issue) => issue.message).join(" "));
    this.#options = options;
    this.#plan = compiled.plan;
    this.#runId = options.runId ?? "run1";
    this.#nowMs = options.startMs ?? 1_000_000;
    this.#isFirstSlow = options.random.chance(0.3);
  }

  run(): FragileReport {
    let event: Event | null = { kind: "start", bundle: this.#options.bundle };
    for (let steps = 0; event; steps++) {
      if (steps > MAX_STEPS) throw new Error("The run does not come to an end.");
      event = this.#deliver(this.#interrupt(event));
    }
    this.#checkOperations();
    const finished = this.#finished;
    if (!finished) throw new Error(`The run stopped without an end. ${this.#problems.join(" ")}`);
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
      mostInFlight: this.#mostInFlight,
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
    const fault = isNearlyGivenUp(advanced.state) || isNearlyGivenUp(this.#state()) ? null : this.#chooseFault();
    if (fault) this.#count(advanced, fault);
    if (fault === "beforeStore") return this.#recover(event);
    this.#noteDecision(event, this.#state());
    this.#store(advanced);
    if (fault === "repeated") this.#repeat(event);
    if (fault === "stale") this.#sendStale();
    return fault === "afterStore" ? this.#recover(null) : this.#next();
  }

  #count(advanced: Advance, fault: Fault): void {
    const { tally } = this.#options;
    for (const { kind } of advanced.commands) tally[kind][fault] += 1;
    if (pendingCommands(this.#plan, advanced.state).length > 1) tally.lanes[fault] += 1;
  }

  #chooseFault(): Fault | null {
    const { random, faultRate } = this.#options;
    if (this.#faultsLeft <= 0 || !random.chance(faultRate)) return null;
    // An operation that loses its performer too often fails: that is a test of its own.
    if (pendingsOf(this.#state()).some(({ lost }) => lost >= 4)) return null;
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
    if (state.phase === "new") return lostEvent;
    this.#lost = pendingCommands(this.#plan, state);
    return this.#next();
  }

  /** What comes next; where several things may, chance decides. */
  #next(): Event | null {
    const state = this.#state();
    if (state.phase === "ended") return null;
    const inFlight = pendingCommands(this.#plan, state);
    // What became of one may have put an end to the others.
    const isUnderWay = (lost: PerformCommand) =>
      inFlight.some(({ operationId, attempt }) => operationId === lost.operationId && attempt === lost.attempt);
    this.#lost = this.#lost.filter(isUnderWay);
    const lost = this.#lost.shift();
    if (lost) return { kind: "lost", operationId: lost.operationId, attempt: lost.attempt };
    const calls = pendingCalls(state);
    this.#mostInFlight = Math.max(this.#mostInFlight, inFlight.length + calls.length);
    const choices: (() => Event)[] = inFlight.map((command) => () => this.#perform(command));
    const answers = pendingAsks(state).flatMap((ask) => this.#answer(ask));
    // Those who answer do so in time: nothing that takes long comes before.
    if (answers.length > 0) choices.push(...answers);
    else choices.push(...calls.map((command) => () => this.#endCall(command)), ...this.#choicesInTime(state));
    if (choices.length === 0) throw new Error("The engine stopped without saying why.");
    const { random } = this.#options;
    const isKeptBack = this.#isFirstSlow && choices.length > 1 && random.chance(0.9);
    return random.pick(isKeptBack ? choices.slice(1) : choices)();
  }

  /** What comes by itself, or from persons who look at the run. */
  #choicesInTime(state: RunState): (() => Event)[] {
    if (state.phase === "parked") return [() => this.#retry(state)];
    const timer = earliestTimer(state);
    const choices: (() => Event)[] = timer ? [() => this.#wake(timer)] : [];
    if (state.phase === "ready") choices.push(() => ({ kind: "continue" }));
    return choices;
  }

  /** Now and then somebody stops the run in between: what was to come next is never delivered. */
  #interrupt(event: Event): Event {
    const { random, persons } = this.#options;
    return persons && event.kind !== "start" && random.chance(0.01) ? { kind: "cancel" } : event;
  }

  /** The timer; now and then it comes too early, and has to wait for the rest, or somebody does not wait for it. */
  #wake({ dueMs, reason }: Timer): Event {
    const { random } = this.#options;
    const isAttempt = (reason?: string) => reason === "retry" || reason === "breaker";
    const mayRelease = pendingsOf(this.#state()).some(({ phase, reason }) => phase === "waiting" && isAttempt(reason));
    if (mayRelease && isAttempt(reason) && random.chance(0.3)) return { kind: "release" };
    if (!random.chance(0.2)) this.#nowMs = Math.max(this.#nowMs, dueMs);
    this.#answerLate();
    return { kind: "timer" };
  }

  /** An answer in time; where nobody answers, the timer ends the wait. */
  #answer(ask: AskCommand): (() => Event)[] {
    const { answers } = this.#options;
    const event = answerTo(ask, { runId: this.#runId, nowMs: this.#nowMs, ...(answers && { answers }) });
    return event ? [() => event] : [];
  }

  /** An answer that comes when the time of its wait is over is too late. */
  #answerLate(): void {
    for (const { operationId, dueMs } of pendingAsks(this.#state())) {
      if (dueMs > this.#nowMs) continue;
      const late = this.#advance({ kind: "answer", operationId, answer: { late: true }, atMs: this.#nowMs });
      if (late.accepted) this.#problems.push("an answer was accepted after its time");
    }
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
  #endCall(command: CallCommand): Event {
    const called = this.#called.get(callKey(command));
    if (!called) throw new Error("The run waits for a call that was never made.");
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
    if (act === "wait") {
      this.#nowMs = Math.max(this.#nowMs, earliestTimer(state)?.dueMs ?? 0);
      return { kind: "retry" };
    }
    return { kind: "retry", by: "somebody", ...(act === "edit" && { changes: { value: "edited" } }) };
  }

  /** What is decided counts once it is stored. `state`: the one that it was decided about. */
  #noteDecision(event: Event, state: RunState): void {
    const isRetry = event.kind === "retry";
    if (!isRetry && event.kind !== "resolve" && event.kind !== "timer") return;
    const first = stoppedOperation(this.#plan, state, { ports: testPorts({ nowMs: this.#nowMs }) });
    const keyOf = (operation: { nodeId: number; bundlePath: string }) => operationKey(this.#runId, operation);
    if (event.kind === "resolve") return void (first && this.#resolved.add(keyOf(first)));
    const isByItself = !isRetry || event.by === undefined;
    const again = isRetry && event.changes ? [first ?? []].flat() : this.#stopped(state, isByItself);
    for (const operation of again) this.#allowed.set(keyOf(operation), (this.#allowed.get(keyOf(operation)) ?? 0) + 1);
  }

  /** The operations at which lanes have stopped and that a retry performs again: by a person all, by itself those that are due. */
  #stopped(state: RunState, isByItself: boolean): { nodeId: number; bundlePath: string }[] {
    return leavesOf(state).flatMap(({ phase, pending, broken, parked }) => {
      const stopped = phase === "parked" ? (pending ?? broken) : null;
      const isDue = (parked?.retryAtMs ?? Infinity) <= this.#nowMs;
      return stopped && (isDue || !isByItself) ? [{ nodeId: stopped.node, bundlePath: stopped.path }] : [];
    });
  }

  #decide(state: RunState): Act {
    const { random, persons } = this.#options;
    if (!persons) return "retry";
    // Only what was broken off tries again by itself.
    const canWait = earliestTimer(state) !== null;
    if (canWait && random.chance(0.5)) return "wait";
    const act = random.pick(acts);
    return act === "wait" && !canWait ? "retry" : act;
  }

  #perform(command: PerformCommand): Event {
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
    const before = this.#state();
    const again = this.#advance(event);
    if (!again.accepted) return;
    // A timer that comes again may be that of the wait which follows, or find lanes that go on anyway: it changes no other wait.
    const isNextTimer = (earliestTimer(before)?.dueMs ?? Infinity) <= this.#nowMs;
    const after = new Set(pendingsOf(again.state).map((pending) => JSON.stringify(pending)));
    const isUnchanged = pendingsOf(before).every((pending) => after.has(JSON.stringify(pending)));
    if (event.kind !== "timer" || !(isNextTimer || isUnchanged))
      this.#problems.push(`${event.kind} was accepted twice`);
  }

  /** A result of an attempt, and one of an operation, that came before those under way. */
  #sendStale(): void {
    const underWay = pendingsOf(this.#state());
    const outcome: EffectOutcome = { ok: true, output: "stale" };
    const result = { kind: "result" as const, startedAtMs: 0, endedAtMs: 1, outcome };
    const stale = underWay.map(({ id, attempt }) => ({ operationId: id, attempt: attempt - 1 }));
    for (const { id, attempt } of underWay.slice(0, 1)) stale.push({ operationId: id - 1, attempt });
    const ids = new Set(underWay.map(({ id, attempt }) => `${id}.${attempt}`));
    for (const of of stale) {
      if (ids.has(`${of.operationId}.${of.attempt}`)) continue;
      const resumed = { kind: "resumed" as const, outcome, ...of };
      const isAccepted = this.#advance({ ...result, ...of }).accepted || this.#advance(resumed).accepted;
      const earlier = { operationId: 1, answer: { stale: true }, atMs: this.#nowMs };
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
const isNearlyGivenUp = (state: RunState) => pendingsOf(state).some(({ lost }) => lost >= 5);

const callKey = ({ operationId, attempt }: CallCommand) => `${operationId}.${attempt}`;
