import { MessageChannel, type MessagePort, Worker } from "node:worker_threads";
import type { StoredModule } from "../deploy/manifest.ts";
import type { FunctionCall } from "../functions/invoke.ts";
import type { CallResult } from "../functions/results.ts";
import type { TableNumber } from "../store/catalog.ts";
import type { ActionWorkerData, ReconnectMessage } from "./actionWorker.ts";
import type { TransactorLoss } from "./loss.ts";
import type { ActionOperations, DeploymentState, HttpAnswer, HttpCall, LogEntry } from "./messages.ts";
import { RemoteError, RpcPort } from "./rpc.ts";

export interface ActionPoolOptions {
  size: number;
  worker: Omit<ActionWorkerData["options"], "name">;
  heapLimitMb: number;
  /** A worker that does not answer for this long is stuck in a loop and is ended, ms. */
  hangLimitMs: number;
  connectTransactor(): MessagePort;
  onLog(entry: LogEntry): void;
}

/** An entry of the outbound allow list; null: for good. */
interface OutboundEntry {
  hostPort: string;
  expiresAt: number | null;
}

/** An HTTP answer, with its chunks if it is streamed. */
export interface StreamedAnswer extends HttpAnswer {
  chunks: ReadableStream<Uint8Array> | null;
}

interface Member {
  worker: Worker;
  rpc: RpcPort<ActionOperations>;
  streams: Map<number, ReadableStreamDefaultController<Uint8Array>>;
  lastAnswerMs: number;
}

const PING_EVERY_MS = 1000;

/** The workers that run actions and HTTP actions. Each runs many at a time; a stuck one is replaced, and its calls fail. */
export class ActionPool {
  readonly #options: ActionPoolOptions;
  #members: Member[] = [];
  #code: { state: DeploymentState; modules: StoredModule[] } | null = null;
  readonly #outbound = new Map<string, OutboundEntry>();
  #spawned = 0;
  #pingTimer: NodeJS.Timeout | null = null;
  #stopping = false;

  constructor(options: ActionPoolOptions) {
    this.#options = options;
  }

  start(): void {
    for (let index = 0; index < this.#options.size; index++) this.#members.push(this.#spawn());
    this.#pingTimer = setInterval(() => this.#ping(), PING_EVERY_MS);
    this.#pingTimer.unref();
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    if (this.#pingTimer !== null) clearInterval(this.#pingTimer);
    await Promise.all(this.#members.map(({ worker }) => worker.terminate()));
  }

  /** Gives all workers the code and environment to run from now on. */
  async load(state: DeploymentState, modules: StoredModule[]): Promise<void> {
    this.#code = { state, modules };
    await Promise.all(this.#members.map(({ rpc }) => rpc.call("load", { state, modules })));
  }

  tables(tables: TableNumber[]): void {
    if (this.#code !== null) this.#code.state.tables = tables;
    for (const { rpc } of this.#members) rpc.notify("tables", { tables });
  }

  action(call: FunctionCall): Promise<CallResult> {
    return this.#least().rpc.call("action", call);
  }

  async http(call: HttpCall): Promise<StreamedAnswer> {
    const member = this.#least();
    const answer = await member.rpc.call("http", call);
    return { ...answer, chunks: answer.stream === null ? null : chunksOf(member, answer.stream, answer.body) };
  }

  /** Finds out what the modules of a push define. */
  analyze(call: Parameters<ActionOperations["analyze"]>[0]): ReturnType<ActionOperations["analyze"]> {
    return this.#least().rpc.call("analyze", call);
  }

  /** Entries with a lifetime that has not passed. */
  outboundList(): string[] {
    return this.#liveEntries().map(({ hostPort }) => hostPort);
  }

  async changeOutbound(change: { add: string[]; remove: string[]; ttlMs: number | null }): Promise<void> {
    const add = change.add.map((hostPort) => ({ hostPort, ttlMs: change.ttlMs }));
    await Promise.all(this.#members.map(({ rpc }) => rpc.call("outbound", { add, remove: change.remove })));
    const expiresAt = change.ttlMs === null ? null : Date.now() + change.ttlMs;
    for (const hostPort of change.add) this.#outbound.set(hostPort, { hostPort, expiresAt });
    for (const hostPort of change.remove) this.#outbound.delete(hostPort);
  }

  /** A new transactor has taken over. */
  reconnect(loss: TransactorLoss): void {
    for (const { worker } of this.#members) {
      const port = this.#options.connectTransactor();
      worker.postMessage({ reconnect: port, loss } satisfies ReconnectMessage, [port]);
    }
  }

  #spawn(): Member {
    const { port1, port2 } = new MessageChannel();
    const transactor = this.#options.connectTransactor();
    const options = { ...this.#options.worker, name: `a${this.#spawned++}` };
    const worker = new Worker(new URL("./actionWorker.ts", import.meta.url), {
      workerData: { options, control: port1, transactor } satisfies ActionWorkerData,
      transferList: [port1, transactor],
      resourceLimits: { maxOldGenerationSizeMb: this.#options.heapLimitMb },
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
    const member: Member = { worker, rpc, streams, lastAnswerMs: Date.now() };
    worker.on("error", (error: Error) => console.error(`An action worker has failed: ${error.message}`));
    worker.once("exit", () => this.#onExit(member));
    if (this.#code !== null) void rpc.call("load", this.#code);
    const now = Date.now();
    const add = this.#liveEntries().map(({ hostPort, expiresAt }) => ({
      hostPort,
      ttlMs: expiresAt === null ? null : expiresAt - now,
    }));
    if (add.length > 0) rpc.notify("outbound", { add, remove: [] });
    return member;
  }

  #onExit(member: Member): void {
    member.rpc.fail("The action was interrupted: its worker has ended.");
    for (const controller of member.streams.values())
      controller.error(new RemoteError("The action worker has ended.", true));
    if (this.#stopping) return;
    this.#members = this.#members.map((other) => (other === member ? this.#spawn() : other));
  }

  #ping(): void {
    const now = Date.now();
    for (const member of this.#members) {
      if (now - member.lastAnswerMs > this.#options.hangLimitMs) {
        console.error("Ending an action worker that does not answer.");
        void member.worker.terminate();
        continue;
      }
      member.rpc.call("ping").then(
        () => (member.lastAnswerMs = Date.now()),
        () => undefined,
      );
    }
  }

  #least(): Member {
    return this.#members.reduce((least, member) => (member.rpc.pendingCount < least.rpc.pendingCount ? member : least));
  }

  #liveEntries(): OutboundEntry[] {
    const now = Date.now();
    for (const [key, { expiresAt }] of this.#outbound)
      if (expiresAt !== null && expiresAt <= now) this.#outbound.delete(key);
    return [...this.#outbound.values()];
  }
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
