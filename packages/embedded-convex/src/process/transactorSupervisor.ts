import { MessageChannel, type MessagePort, Worker } from "node:worker_threads";
import { SharedHeartbeat } from "./heartbeat.ts";
import { CAREFUL_MS, lossOf, retryAfterLoss, type TransactorLoss } from "./loss.ts";
import { memoryOf, type ThreadMemory, type WorkReport } from "./memory.ts";
import { MemoryWatch, type WatchedWorker, workerLimits } from "./memoryWatch.ts";
import type { TransactorControl, TransactorEvents } from "./messages.ts";
import { RpcPort } from "./rpc.ts";
import type { ConnectMessage, TransactorNews, TransactorWorkerData } from "./transactorWorker.ts";
import { Watchdog } from "./watchdog.ts";
import { workerEnvironment } from "./workerEnvironment.ts";

export interface SupervisorOptions {
  transactor: Omit<TransactorWorkerData["options"], "guiltyJobs" | "runningJobs" | "careful">;
  /** Action jobs that are running now. */
  runningJobs(): string[];
  events: TransactorEvents;
  /** A transactor that runs one function for longer than this is ended, ms. Above its own limit, which handles waiting functions. */
  hardLimitMs: number;
  heapLimitMb: number;
  /** A new transactor has taken over. */
  onRestart(loss: TransactorLoss): void;
  /**
   * The worker cannot be ended: it is in a part of the engine that looks at nothing (filling an array of a hundred million
   * elements, say), and the database with it. Only the end of the process helps.
   */
  onStuck(): void;
  /** Restarting does not help. */
  onFatal(message: string): void;
}

const WATCH_EVERY_MS = 200;
/** How long the transactor may take to close the database before it is ended. */
const CLOSE_MS = 3_000;
const STUCK_AFTER_MS = 5000;
const MAX_RESTARTS = 10;
const RESTART_WINDOW_MS = 60_000;

/**
 * Keeps a transactor running in a worker: ends it when a function loops (only another thread can), starts the next one, and
 * sends innocent calls again.
 */
export class TransactorSupervisor {
  readonly #options: SupervisorOptions;
  #worker: Worker | null = null;
  #heartbeat = new SharedHeartbeat();
  #rpc: RpcPort<TransactorControl> | null = null;
  #watchdog: Watchdog;
  #watchTimer: NodeJS.Timeout | null = null;
  readonly #memoryWatch: MemoryWatch;
  #restarts: number[] = [];
  #ending: Worker | null = null;
  /** Until when the worker finds out who leaves something behind. */
  #carefulUntilMs = 0;
  #stopping = false;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#watchdog = this.#createWatchdog();
    this.#memoryWatch = new MemoryWatch({ limitMb: options.heapLimitMb, workers: () => this.#watched() });
  }

  /** @throws with a message for the operator if the database cannot be used. */
  async start(): Promise<void> {
    this.#rpc = new RpcPort<TransactorControl>(
      await this.#spawn({ guiltyJobs: [], careful: false }),
      this.#options.events,
    );
    this.#watchTimer = setInterval(() => this.#watch(), WATCH_EVERY_MS);
    this.#watchTimer.unref();
    this.#memoryWatch.start();
  }

  get rpc(): RpcPort<TransactorControl> {
    if (this.#rpc === null) throw new Error("The transactor has not been started.");
    return this.#rpc;
  }

  async memory(): Promise<ThreadMemory | null> {
    return this.#worker === null ? null : memoryOf(this.#worker);
  }

  /** What the transactor has done since it was started: begins anew when it is replaced. */
  work(): Omit<WorkReport, "actions"> {
    return this.#heartbeat.work();
  }

  /** A port for another thread to talk to the transactor directly. */
  connect(): MessagePort {
    const { port1, port2 } = new MessageChannel();
    this.#worker!.postMessage({ connect: port1 } satisfies ConnectMessage, [port1]);
    return port2;
  }

  /** Closes the database. A transactor that does not get round to it (a function loops) is ended: what is open rolls back. */
  async stop(): Promise<void> {
    this.#stopping = true;
    if (this.#watchTimer !== null) clearInterval(this.#watchTimer);
    this.#memoryWatch.stop();
    let deadline: NodeJS.Timeout | undefined;
    const late = new Promise((resolve) => {
      deadline = setTimeout(resolve, CLOSE_MS);
    });
    await Promise.race([this.#rpc?.call("close"), late]);
    clearTimeout(deadline);
    await this.#worker?.terminate();
  }

  async #spawn(after: { guiltyJobs: string[]; careful: boolean }): Promise<MessagePort> {
    const { port1, port2 } = new MessageChannel();
    this.#heartbeat = new SharedHeartbeat();
    this.#watchdog = this.#createWatchdog();
    this.#carefulUntilMs = after.careful ? performance.now() + CAREFUL_MS : 0;
    const data: TransactorWorkerData = {
      options: { ...this.#options.transactor, ...after, runningJobs: this.#options.runningJobs() },
      heartbeat: this.#heartbeat.buffer,
      control: port1,
    };
    const worker = new Worker(new URL("./transactorWorker.ts", import.meta.url), {
      workerData: data,
      transferList: [port1],
      env: workerEnvironment(),
      resourceLimits: workerLimits(this.#options.heapLimitMb),
    });
    this.#worker = worker;
    let lastError = "";
    worker.on("error", (error: Error) => (lastError = error.message));
    await new Promise<void>((resolve, reject) => {
      worker.once("message", (news: TransactorNews) =>
        news.type === "ready" ? resolve() : reject(new Error(news.message)),
      );
      worker.once("exit", () => reject(new Error(`The database worker ended while it started. ${lastError}`)));
    });
    worker.once("exit", () => void this.#onExit(worker, lastError));
    return port2;
  }

  #watch(): void {
    const reason = this.#watchdog.look(this.#heartbeat.read());
    if (reason !== null && this.#worker !== null) this.#end(this.#worker, reason);
  }

  #createWatchdog(): Watchdog {
    return new Watchdog({ everyMs: WATCH_EVERY_MS, limitMs: this.#options.hardLimitMs });
  }

  #watched(): WatchedWorker[] {
    const worker = this.#worker;
    if (worker === null) return [];
    // Whether a commit was made would be unknown to those who wait for it.
    const mayEnd = () => worker === this.#worker && ["idle", "running"].includes(this.#heartbeat.read().phase);
    return [{ worker, mayEnd, end: (reason) => this.#end(worker, reason) }];
  }

  #end(worker: Worker, reason: string): void {
    if (this.#ending === worker) return;
    this.#ending = worker;
    console.error(`Ending the database worker: ${reason}.`);
    const stuck = setTimeout(() => this.#options.onStuck(), STUCK_AFTER_MS);
    worker.once("exit", () => clearTimeout(stuck));
    void worker.terminate();
  }

  /** What harms its worker, and is ended for it, is failed or gone. A worker that ends by itself may never run. */
  #endsTooOften(): boolean {
    const now = performance.now();
    this.#restarts = [...this.#restarts.filter((time) => now - time < RESTART_WINDOW_MS), now];
    return this.#restarts.length > MAX_RESTARTS;
  }

  async #onExit(worker: Worker, lastError: string): Promise<void> {
    if (this.#stopping || worker !== this.#worker) return;
    const activity = this.#heartbeat.read();
    const loss = lossOf(activity, performance.now() < this.#carefulUntilMs);
    const endsByItself = this.#ending !== worker;
    console.error(
      `The database worker has ended (${lastError || "by the watchdog"}, in ${activity.label || "no call"}); starting another one.`,
    );
    if (loss.guilty === null && endsByItself && this.#endsTooOften())
      return this.#options.onFatal("The database worker keeps ending; giving up.");
    try {
      // A job that has ended is not to blame for what it left behind: its state is stored.
      const job = activity.phase === "running" ? /^job (.+)$/.exec(activity.label)?.[1] : undefined;
      const port = await this.#spawn({ guiltyJobs: job === undefined ? [] : [job], careful: loss.unclear });
      this.rpc.reconnect(port, (op, arg) => retryAfterLoss(loss, op, arg));
      this.#options.onRestart(loss);
    } catch (error) {
      this.#options.onFatal(error instanceof Error ? error.message : String(error));
    }
  }
}
