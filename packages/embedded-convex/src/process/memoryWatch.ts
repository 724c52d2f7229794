import type { ResourceLimits, Worker } from "node:worker_threads";
import { memoryOf, residentMb, type ThreadMemory } from "./memory.ts";

const CHECK_EVERY_MS = 50;
/**
 * How far V8's own limit lies above ours. At its own limit V8 ends the whole process, unless the thread can be stopped within a
 * few megabytes, which one large allocation jumps over. So ours is enforced from outside, and this must hold what can be
 * allocated between two looks: a largest possible array (1 GB) and some.
 */
const HEADROOM_MB = 1280;
/**
 * Semi-spaces of 8 MB, as `launch.ts` asks for on the command line, which these limits would overrule. V8 grows them to 32 MB and more
 * under load: live data is some 30 MB per thread, and it would keep 150 MB beside it for what is garbage a moment later.
 */
const YOUNG_MB = 24;

/** A worker whose memory is watched. */
export interface WatchedWorker {
  worker: Worker;
  /** Whether it can be ended at this moment. */
  mayEnd(): boolean;
  /** Ends it. */
  end(reason: string): void;
}

export interface MemoryWatchOptions {
  /** JavaScript heap and what hangs on it outside (buffers), of each worker. */
  limitMb: number;
  workers(): Iterable<WatchedWorker>;
  /** Of the process; measured by default. */
  residentMb?: () => number;
  /** Of a worker; measured by default. */
  memoryOf?: (worker: Worker) => Promise<Pick<ThreadMemory, "heapUsedMb" | "externalMb"> | null>;
}

/** The limits to start a worker with that a `MemoryWatch` looks after. */
export function workerLimits(limitMb: number): ResourceLimits {
  return { maxOldGenerationSizeMb: limitMb + HEADROOM_MB, maxYoungGenerationSizeMb: YOUNG_MB };
}

/**
 * Ends workers that hold more memory than they may. Also buffers count, which no limit of V8 knows, and a worker that loops can
 * be asked as well: V8 answers for it.
 */
export class MemoryWatch {
  readonly #options: MemoryWatchOptions;
  readonly #residentMb: () => number;
  readonly #memoryOf: NonNullable<MemoryWatchOptions["memoryOf"]>;
  #timer: NodeJS.Timeout | null = null;
  #checking = false;

  constructor(options: MemoryWatchOptions) {
    this.#options = options;
    this.#residentMb = options.residentMb ?? residentMb;
    this.#memoryOf = options.memoryOf ?? memoryOf;
  }

  start(): void {
    this.#timer = setInterval(() => void this.check(), CHECK_EVERY_MS);
    this.#timer.unref();
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
  }

  /** One look; called by a timer. */
  async check(): Promise<void> {
    // No worker can hold more than the process does, which is cheap to find out.
    if (this.#checking || this.#residentMb() < this.#options.limitMb) return;
    this.#checking = true;
    try {
      await Promise.all([...this.#options.workers()].map((watched) => this.#checkWorker(watched)));
    } finally {
      this.#checking = false;
    }
  }

  async #checkWorker(watched: WatchedWorker): Promise<void> {
    const memory = await this.#memoryOf(watched.worker);
    if (memory === null) return;
    const usedMb = Math.round(memory.heapUsedMb + memory.externalMb);
    if (usedMb > this.#options.limitMb && watched.mayEnd())
      watched.end(`it uses ${usedMb} MB of memory, more than the ${this.#options.limitMb} MB it may`);
  }
}
