import { type MessagePort, workerData } from "node:worker_threads";
import { RpcPort } from "../process/rpc.ts";
import { SqliteReader } from "../store/sqlite.ts";
import type { VectorQuery } from "./vectorQuery.ts";
import { type VectorHit, VectorReader } from "./vectorReader.ts";

/** The thread that searches vectors: a search takes long, and nothing else may wait for it. */

/** What the worker is started with. */
export interface VectorWorkerData {
  /** The database. */
  file: string;
  /** See `VectorReaderOptions`. */
  memoryLimit: number;
  idleMs: number;
  port: MessagePort;
}

/** What the transactor asks of the worker, or tells it. */
export interface VectorOperations {
  search(query: VectorQuery): Promise<VectorHit[]>;
  changed(event: { index: number; internals: string[] }): void;
  forget(event: { index: number }): void;
}

const { file, memoryLimit, idleMs, port } = workerData as VectorWorkerData;
const reader = new VectorReader({ database: new SqliteReader(file), now: Date.now, memoryLimit, idleMs });

new RpcPort<never>(port, {
  search: (query: VectorQuery) => reader.search(query),
  changed: ({ index, internals }: { index: number; internals: string[] }) => reader.changed(index, internals),
  forget: ({ index }: { index: number }) => reader.forget(index),
});

setInterval(() => reader.forgetIdle(), idleMs / 2).unref();
