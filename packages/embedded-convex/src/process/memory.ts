import { getHeapStatistics } from "node:v8";
import type { Worker } from "node:worker_threads";

const BYTES_PER_MB = 1024 * 1024;

/** Memory of one thread's JavaScript, MB. */
export interface ThreadMemory {
  heapUsedMb: number;
  heapTotalMb: number;
  externalMb: number;
}

/** What was done since the start; of transactions and commits, since the transactor was started. */
export interface WorkReport {
  /** Queries and mutations that somebody called or scheduled. */
  functions: number;
  /** These, live queries that ran again, and the database's own. */
  transactions: number;
  /** Each carries the mutations that were waiting together. */
  commits: number;
  /** Actions and HTTP actions. */
  actions: number;
}

/** What the deployment's process uses, MB. */
export interface MemoryReport {
  /** Resident in memory: all threads, their code, and SQLite's cache. */
  rssMb: number;
  main: ThreadMemory;
  /** null while it is being replaced. */
  transactor: ThreadMemory | null;
  actionWorkers: ThreadMemory[];
}

export function mainMemory(): ThreadMemory {
  return describe(getHeapStatistics());
}

/** null for a worker that has ended. */
export async function memoryOf(worker: Worker): Promise<ThreadMemory | null> {
  try {
    return describe(await worker.getHeapStatistics());
  } catch {
    return null;
  }
}

export function residentMb(): number {
  return inMb(process.memoryUsage.rss());
}

function describe(heap: { used_heap_size: number; total_heap_size: number; external_memory: number }): ThreadMemory {
  return {
    heapUsedMb: inMb(heap.used_heap_size),
    heapTotalMb: inMb(heap.total_heap_size),
    externalMb: inMb(heap.external_memory),
  };
}

function inMb(bytes: number): number {
  return Math.round((bytes / BYTES_PER_MB) * 10) / 10;
}
