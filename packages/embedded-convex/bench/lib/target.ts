import { cpSync, readdirSync, readFileSync } from "node:fs";
import { createDataFolder, type DataFolder, launch, type Launched } from "../../test/support/launch.ts";
import type { MemoryReport } from "../../src/process/memory.ts";
import { type BenchApp, bundleApp, push } from "./push.ts";
import { httpClients, type LoadResult, measure, type Request, SyncClient } from "./load.ts";

/** How much is measured. */
export interface Settings {
  repeats: number;
  /** Of one repeat of one load. */
  durationMs: number;
  /** Documents in the small and in the large table. */
  smallCount: number;
  largeCount: number;
  pushes: number;
  /** How long a deployment rests before its memory at rest is read. */
  restMs: number;
}

/** Groups that the documents belong to: neighbours in time are far apart in the index by group. */
export const GROUPS = 1000;
const filled = new Map<number, DataFolder>();
const SEED_PORTION = 2000;
const MS_PER_TICK = 10;
const KB_PER_MB = 1024;

/** A deployment in a process of its own, with the benchmark's application in it. */
export class Target {
  readonly folder: DataFolder;
  #launched: Launched;
  #documents = 0;

  private constructor(folder: DataFolder, launched: Launched) {
    this.folder = folder;
    this.#launched = launched;
  }

  /** Starts on an empty folder and pushes the application. */
  static async create(app?: BenchApp): Promise<Target> {
    const folder = createDataFolder();
    const target = new Target(folder, await launch(folder));
    await push(target.launched, app ?? (await bundleApp()));
    return target;
  }

  /** With `count` documents. Filling takes a minute, so later ones start on a copy of what the first one has written. */
  static async filled(count: number): Promise<Target> {
    const known = filled.get(count);
    if (known !== undefined) {
      const folder = createDataFolder();
      cpSync(known.path, folder.path, { recursive: true });
      const target = new Target(folder, await launch(folder));
      target.#documents = count;
      return target;
    }
    const target = await Target.create();
    await target.fill(count);
    await target.stop();
    const copy = createDataFolder();
    cpSync(target.folder.path, copy.path, { recursive: true });
    filled.set(count, copy);
    process.once("exit", () => copy.dispose());
    await target.start();
    return target;
  }

  get launched(): Launched {
    return this.#launched;
  }

  get documents(): number {
    return this.#documents;
  }

  /** Fills the table up to `count` documents. */
  async fill(count: number): Promise<void> {
    const client = await SyncClient.connect(this.#launched.cloudUrl);
    for (let from = this.#documents; from < count; from += SEED_PORTION) {
      const args = { from, count: Math.min(SEED_PORTION, count - from), groups: GROUPS };
      if (!(await client.mutation("items:seed", args))) throw new Error("A document could not be written.");
    }
    client.close();
    this.#documents = count;
  }

  /** Ends the process. */
  async stop(): Promise<void> {
    await this.#launched.kill("SIGTERM");
  }

  /** Starts the stopped process again; returns how long it took to serve, ms. */
  async start(): Promise<number> {
    const before = performance.now();
    this.#launched = await launch(this.folder);
    return performance.now() - before;
  }

  async remove(): Promise<void> {
    await this.stop();
    this.folder.dispose();
  }

  /** Writers over WebSockets, each waiting for its Transition. */
  async writers(count: number): Promise<Clients> {
    const clients = await Promise.all(Array.from({ length: count }, () => SyncClient.connect(this.#launched.cloudUrl)));
    const requests = clients.map(
      (client) => () => client.mutation("items:insert", { group: randomBelow(GROUPS), n: this.#documents++ }),
    );
    return { requests, close: () => clients.forEach((client) => client.close()) };
  }

  /** Readers over HTTP, of random documents. */
  readers(count: number): Clients {
    return httpClients(count, this.#launched.cloudUrl, "/api/query", () =>
      JSON.stringify({
        path: "items:get",
        args: [{ n: randomBelow(Math.max(1, this.#documents)) }],
        format: "convex_encoded_json",
      }),
    );
  }

  /** The CPU time of the process and its threads so far, ms. It tells more than wall time on a busy machine. */
  cpuMs(): number {
    const fields = readFileSync(`/proc/${this.#pid}/stat`, "utf8").split(") ")[1]!.split(" ");
    return (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK;
  }

  /** Resident memory of the process and of its children, MB. */
  memory(): { rssMb: number; childrenMb: number; threads: number } {
    const children = readdirSync("/proc").filter((entry) => /^\d+$/.test(entry) && parentOf(entry) === this.#pid);
    return {
      rssMb: residentMb(this.#pid),
      childrenMb: children.reduce((sum, child) => sum + residentMb(Number(child)), 0),
      threads: readdirSync(`/proc/${this.#pid}/task`).length,
    };
  }

  /** What the deployment says of its threads. */
  async memoryReport(): Promise<MemoryReport> {
    const headers = { authorization: `Convex ${this.#launched.adminKey}` };
    const response = await fetch(`${this.#launched.cloudUrl}/api/embedded/memory`, { headers });
    return (await response.json()) as MemoryReport;
  }

  get #pid(): number {
    return this.#launched.process.pid!;
  }
}

/** Connected clients of one kind. */
export interface Clients {
  requests: Request[];
  close(): unknown;
}

/** A load with the deployment's CPU time per call. */
export interface MeasuredLoad extends LoadResult {
  cpuMicrosPerCall: number;
}

export async function measureLoad(
  target: Target,
  requests: Request[],
  goesOn: number | (() => boolean),
): Promise<MeasuredLoad> {
  const before = target.cpuMs();
  const result = await measure(requests, goesOn);
  if (result.failed > 0) throw new Error(`${result.failed} calls have failed: ${target.launched.errors()}`);
  return { ...result, cpuMicrosPerCall: Math.round(((target.cpuMs() - before) / result.completed) * 1000) };
}

export function randomBelow(limit: number): number {
  return Math.floor(Math.random() * limit);
}

function parentOf(pid: string): number | null {
  try {
    return Number(readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ")[1]);
  } catch {
    return null; // It has ended meanwhile.
  }
}

function residentMb(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Math.round(Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) / KB_PER_MB);
}
