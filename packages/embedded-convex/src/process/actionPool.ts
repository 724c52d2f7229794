import { MessageChannel, type MessagePort, Worker } from "node:worker_threads";
import type { StoredModule } from "../deploy/manifest.ts";
import type { FunctionCall } from "../functions/invoke.ts";
import type { CallResult } from "../functions/results.ts";
import type { TableNumber } from "../store/catalog.ts";
import type { ActionWorkerData, ReconnectMessage } from "./actionWorker.ts";
import type { TransactorLoss } from "./loss.ts";
import { canonical, type OutboundChange, OutboundEntries } from "../outbound/entries.ts";
import type { ActionOperations, DeploymentState, HttpAnswer, HttpCall, LogEntry } from "./messages.ts";
import { memoryOf, type ThreadMemory } from "./memory.ts";
import { MemoryWatch, workerLimits } from "./memoryWatch.ts";
import { RemoteError, RpcPort } from "./rpc.ts";
import { StartedCalls } from "./startedCalls.ts";
import { workerEnvironment } from "./workerEnvironment.ts";

export interface ActionPoolOptions {
  /** At most this many workers; they are started when there is something to run, and end when there is nothing. */
  size: number;
  /** A worker that has had nothing to do for this long ends, ms. */
  idleMs: number;
  worker: Omit<ActionWorkerData["options"], "name">;
  heapLimitMb: number;
  /** A worker that does not answer for this long is stuck in a loop and is ended, ms. */
  hangLimitMs: number;
  connectTransactor(): MessagePort;
  onLog(entry: LogEntry): void;
  /** Milliseconds since the epoch; the system's clock by default. */
  now?: () => number;
}

/** An HTTP answer, with its chunks if it is streamed. */
export interface StreamedAnswer extends HttpAnswer {
  chunks: ReadableStream<Uint8Array> | null;
}

/** Pushes are evaluated in a worker of their own: a module that loops or fills the memory must not end actions. */
type Role = "calls" | "pushes";

interface Member {
  role: Role;
  worker: Worker;
  rpc: RpcPort<ActionOperations>;
  /** Calls that it is running. */
  calls: number;
  /** Calls that it was ever sent, and which of them it has begun. */
  sent: number;
  started: StartedCalls;
  streams: Map<number, ReadableStreamDefaultController<Uint8Array>>;
  /** It has started: it has answered. */
  isReady: boolean;
  lastAnswerMs: number;
  /** When it last had something to do. */
  lastBusyMs: number;
}

const PING_EVERY_MS = 500;
/** A worker that has not answered for this long gets no new calls if there is, or may be, another. */
const UNRESPONSIVE_MS = 1500;
/** Of a call whose workers die before they begin it. */
const MAX_ATTEMPTS = 3;
/** A module is evaluated in milliseconds; nobody waits half a minute for one that loops. */
const PUSH_HANG_LIMIT_MS = 10_000;
/** With this many calls on each worker, another one is started. */
const SPREAD_AT_CALLS = 4;

/**
 * The workers that run actions and HTTP actions, and evaluate pushes. Each runs many calls at a time; a stuck one is replaced,
 * and its calls fail. A worker costs tens of megabytes, so there is none before the first call, and none long after the last.
 */
export class ActionPool {
  readonly #options: ActionPoolOptions;
  readonly #now: () => number;
  #members: Member[] = [];
  #code: { state: DeploymentState; modules: StoredModule[] } | null = null;
  readonly #outbound: OutboundEntries;
  #spawned = 0;
  #pingTimer: NodeJS.Timeout | null = null;
  #begun = 0;
  readonly #memoryWatch: MemoryWatch;
  #stopping = false;

  constructor(options: ActionPoolOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#outbound = new OutboundEntries(this.#now);
    this.#memoryWatch = new MemoryWatch({ limitMb: options.heapLimitMb, workers: () => this.#watched() });
  }

  get size(): number {
    return this.#members.length;
  }

  start(): void {
    this.#pingTimer = setInterval(() => this.check(), PING_EVERY_MS);
    this.#pingTimer.unref();
    this.#memoryWatch.start();
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    if (this.#pingTimer !== null) clearInterval(this.#pingTimer);
    this.#memoryWatch.stop();
    await Promise.all(this.#members.map(({ worker }) => worker.terminate()));
  }

  /** Gives all workers the code and environment to run from now on. */
  async load(state: DeploymentState, modules: StoredModule[]): Promise<void> {
    this.#code = { state, modules };
    await Promise.all(this.#members.map(({ rpc }) => rpc.call("load", { state, modules })));
  }

  /** Environment variables have changed, and nothing else. */
  async changeEnvironment(state: DeploymentState): Promise<void> {
    if (this.#code !== null) this.#code = { ...this.#code, state };
    await Promise.all(this.#members.map(({ rpc }) => rpc.call("environment", { state })));
  }

  tables(tables: TableNumber[]): void {
    if (this.#code !== null) this.#code.state.tables = tables;
    for (const { rpc } of this.#members) rpc.notify("tables", { tables });
  }

  action(call: FunctionCall): Promise<CallResult> {
    return this.#run("calls", (member, number) => member.rpc.call("action", { number, call }));
  }

  async http(call: HttpCall): Promise<StreamedAnswer> {
    return this.#run("calls", async (member, number) => {
      const answer = await member.rpc.call("http", { number, call });
      return { ...answer, chunks: answer.stream === null ? null : chunksOf(member, answer.stream, answer.body) };
    });
  }

  /** Finds out what the modules of a push define. */
  analyze(call: Parameters<ActionOperations["analyze"]>[0]): ReturnType<ActionOperations["analyze"]> {
    return this.#evaluate((member) => member.rpc.call("analyze", call));
  }

  authProviders(call: Parameters<ActionOperations["authProviders"]>[0]): ReturnType<ActionOperations["authProviders"]> {
    return this.#evaluate((member) => member.rpc.call("authProviders", call));
  }

  /** Entries with a lifetime that has not passed. */
  outboundList(): string[] {
    return this.#outbound.list();
  }

  async changeOutbound(change: OutboundChange): Promise<void> {
    // Workers that start later are given this list, so a malformed entry must be found here.
    const { add, remove } = canonical(change);
    await Promise.all(
      this.#members.map(({ rpc }) =>
        rpc.call("outbound", { add: add.map((hostPort) => ({ hostPort, ttlMs: change.ttlMs })), remove }),
      ),
    );
    this.#outbound.change({ add, remove, ttlMs: change.ttlMs });
  }

  /** Actions and HTTP actions that were begun since the start. */
  get begun(): number {
    return this.#begun;
  }

  async memory(): Promise<ThreadMemory[]> {
    const workers = await Promise.all(this.#members.map(({ worker }) => memoryOf(worker)));
    return workers.filter((worker) => worker !== null);
  }

  /** A new transactor has taken over. */
  reconnect(loss: TransactorLoss): void {
    for (const { worker } of this.#members) {
      const port = this.#options.connectTransactor();
      worker.postMessage({ reconnect: port, loss } satisfies ReconnectMessage, [port]);
    }
  }

  /** Ends workers that are stuck or idle; called by a timer. */
  check(): void {
    const now = this.#now();
    for (const member of [...this.#members]) {
      if (callsOf(member) > 0) member.lastBusyMs = now;
      const { hangLimitMs } = this.#options;
      const limitMs = member.role === "pushes" ? Math.min(hangLimitMs, PUSH_HANG_LIMIT_MS) : hangLimitMs;
      if (now - member.lastAnswerMs > limitMs) {
        console.error("Ending an action worker that does not answer.");
        this.#end(member);
      } else if (now - member.lastBusyMs > this.#options.idleMs) this.#end(member);
      else this.#ask(member);
    }
  }

  #spawn(role: Role): Member {
    const { port1, port2 } = new MessageChannel();
    const transactor = this.#options.connectTransactor();
    const options = { ...this.#options.worker, name: `a${this.#spawned++}` };
    const started = new StartedCalls();
    const worker = new Worker(new URL("./actionWorker.ts", import.meta.url), {
      workerData: { options, control: port1, transactor, started: started.buffer } satisfies ActionWorkerData,
      transferList: [port1, transactor],
      env: workerEnvironment(),
      resourceLimits: workerLimits(this.#options.heapLimitMb),
    });
    const streams: Member["streams"] = new Map();
    const rpc = new RpcPort<ActionOperations>(port2, {
      httpChunk: ({ stream, chunk, error }: { stream: number; chunk: Uint8Array | null; error: string | null }) => {
        const controller = streams.get(stream);
        if (chunk !== null) return controller?.enqueue(chunk);
        streams.delete(stream);
        if (error === null) controller?.close();
        else controller?.error(new Error(error));
      },
      log: (entry: LogEntry) => this.#options.onLog(entry),
    });
    const now = this.#now();
    const member: Member = {
      role,
      worker,
      rpc,
      calls: 0,
      sent: 0,
      started,
      streams,
      isReady: false,
      lastAnswerMs: now,
      lastBusyMs: now,
    };
    this.#members.push(member);
    worker.on("error", (error: Error) => console.error(`An action worker has failed: ${error.message}`));
    worker.once("exit", () => this.#onExit(member));
    if (this.#code !== null) void rpc.call("load", this.#code).catch(() => undefined);
    // Answered as soon as it runs; the timer asks again.
    this.#ask(member);
    const add = this.#outbound.remaining();
    if (add.length > 0) rpc.notify("outbound", { add, remove: [] });
    return member;
  }

  *#watched() {
    for (const member of this.#members) {
      const end = (reason: string): void => {
        console.error(`Ending an action worker: ${reason}.`);
        this.#end(member);
      };
      yield { worker: member.worker, mayEnd: () => true, end };
    }
  }

  #onExit(member: Member): void {
    member.rpc.fail("The action was interrupted: its worker has ended.");
    for (const controller of member.streams.values())
      controller.error(new RemoteError("The action worker has ended.", true));
    this.#members = this.#members.filter((other) => other !== member);
  }

  #ask(member: Member): void {
    member.rpc.call("ping").then(
      () => {
        member.isReady = true;
        member.lastAnswerMs = this.#now();
      },
      () => undefined,
    );
  }

  /** It gets no more calls; those it has fail when it is gone. */
  #end(member: Member): void {
    this.#members = this.#members.filter((other) => other !== member);
    void member.worker.terminate();
  }

  /** Evaluates pushed modules, once. */
  async #evaluate<Result>(body: (member: Member) => Promise<Result>): Promise<Result> {
    const run = (member: Member, number: number): Promise<Result> => {
      member.started.begin(number);
      return body(member);
    };
    try {
      return await this.#run("pushes", run);
    } catch (error) {
      if (!(error instanceof RemoteError && error.lost)) throw error;
      throw new Error("The modules could not be evaluated: one of them loops, or uses too much memory.");
    }
  }

  /** Runs `body` on a worker; on another one if the first dies before it has begun. */
  async #run<Result>(role: Role, body: (member: Member, number: number) => Promise<Result>): Promise<Result> {
    for (let attempt = 1; ; attempt++) {
      const member = this.#pick(role);
      this.#begun += 1;
      const number = ++member.sent;
      member.calls++;
      try {
        return await body(member, number);
      } catch (error) {
        const isUntouched = error instanceof RemoteError && error.lost && !member.started.hasBegun(number);
        if (!isUntouched || this.#stopping || attempt === MAX_ATTEMPTS) throw error;
      } finally {
        member.calls--;
        member.lastBusyMs = this.#now();
      }
    }
  }

  /** The worker for the next call: the least busy one that answers. Nobody waits for a start if there is another. */
  #pick(role: Role): Member {
    const now = this.#now();
    const members = this.#members.filter((member) => member.role === role);
    const answering = members.filter(({ lastAnswerMs }) => now - lastAnswerMs < UNRESPONSIVE_MS);
    const size = role === "pushes" ? 1 : this.#options.size;
    // Beside those that are stuck there may be as many again.
    const mayStart = answering.length < size && members.length < 2 * size;
    const member = leastBusy(answering.filter(({ isReady }) => isReady)) ?? leastBusy(answering);
    if (member === undefined) return mayStart ? this.#spawn(role) : leastBusy(members)!;
    if (mayStart && callsOf(member) >= SPREAD_AT_CALLS && answering.every(({ isReady }) => isReady)) this.#spawn(role);
    return member;
  }
}

function leastBusy(members: readonly Member[]): Member | undefined {
  return members.toSorted((one, other) => callsOf(one) - callsOf(other))[0];
}

function callsOf({ calls, streams }: Member): number {
  return calls + streams.size;
}

function chunksOf(member: Member, stream: number, first: Uint8Array | null): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    start(controller) {
      if (first !== null) controller.enqueue(first);
      member.streams.set(stream, controller);
    },
    cancel() {
      member.streams.delete(stream);
      member.rpc.notify("cancelStream", { stream });
    },
  });
}
