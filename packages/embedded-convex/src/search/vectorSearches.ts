import { MessageChannel, Worker } from "node:worker_threads";
import { RpcPort } from "../process/rpc.ts";
import type { Catalog } from "../store/catalog.ts";
import type { WriteSet } from "../transaction/readSet.ts";
import type { ConvexJson } from "../values/json.ts";
import { encodeId } from "../values/ids.ts";
import type { SearchIndex } from "./definitions.ts";
import { compileVectorQuery, type VectorRequest } from "./vectorQuery.ts";
import type { VectorOperations, VectorWorkerData } from "./vectorWorker.ts";

const MEMORY_LIMIT_BYTES = 512 * 1024 * 1024;
const IDLE_MS = 10 * 60 * 1000;

/**
 * The transactor's side of vector search: checks what is asked for, and passes it on to a worker that is started with the first
 * search. Everything that was committed before a search was asked for is announced before it, on the same port.
 */
export class VectorSearches {
  readonly #file: string;
  readonly #catalog: Catalog;
  readonly #decode: (value: ConvexJson) => ConvexJson | undefined;
  readonly #searched = new Map<number, SearchIndex>();
  #running: { worker: Worker; rpc: RpcPort<VectorOperations> } | null = null;

  /** @param options.decode turns the encoding of `undefined` in queries into undefined. */
  constructor(options: { file: string; catalog: Catalog; decode: (value: ConvexJson) => ConvexJson | undefined }) {
    this.#file = options.file;
    this.#catalog = options.catalog;
    this.#decode = options.decode;
  }

  /**
   * The ids and scores of the most similar documents. Must be called between batches of writes, when the last one has been
   * announced.
   *
   * @throws with Convex's messages if the search does not fit its index.
   */
  async search(component: string, request: VectorRequest): Promise<{ _id: string; _score: number }[]> {
    const separator = request.indexName.indexOf(".");
    const table = this.#catalog.table(component, request.indexName.slice(0, separator));
    const name = request.indexName.slice(separator + 1);
    const index = table === undefined ? undefined : this.#catalog.search.find(table.tablet, name);
    if (table === undefined || index?.kind !== "vector") {
      const otherKind = index !== undefined || table?.indexes.has(name) === true;
      throw new Error(`Index ${request.indexName} ${otherKind ? "is not a vector index" : "not found."}`);
    }
    const { num } = table;
    const query = compileVectorQuery(index, request, this.#decode);
    const rpc = this.#worker();
    // Numbers of dropped indexes are used again.
    if (this.#searched.get(index.num) !== index) rpc.notify("forget", { index: index.num });
    this.#searched.set(index.num, index);
    const hits = await rpc.call("search", query);
    return hits.map(({ internal, score }) => ({ _id: encodeId(num, Buffer.from(internal, "latin1")), _score: score }));
  }

  /** Must be told about every commit, before its successors. */
  committed({ entries }: WriteSet): void {
    if (this.#running === null || entries.length === 0) return;
    const vectorIndexes = new Set(this.#catalog.search.vectorIndexNumbers());
    if (vectorIndexes.size === 0) return;
    const changed = new Map<number, string[]>();
    for (const entry of entries) {
      if (!("key" in entry) || !vectorIndexes.has(entry.index)) continue;
      const internals = changed.get(entry.index) ?? [];
      internals.push(Buffer.from(entry.key).toString("latin1"));
      changed.set(entry.index, internals);
    }
    for (const [index, internals] of changed) this.#running.rpc.notify("changed", { index, internals });
  }

  async close(): Promise<void> {
    await this.#running?.worker.terminate();
  }

  #worker(): RpcPort<VectorOperations> {
    if (this.#running !== null) return this.#running.rpc;
    const { port1, port2 } = new MessageChannel();
    const worker = new Worker(new URL("./vectorWorker.ts", import.meta.url), {
      workerData: {
        file: this.#file,
        memoryLimit: MEMORY_LIMIT_BYTES,
        idleMs: IDLE_MS,
        port: port1,
      } satisfies VectorWorkerData,
      transferList: [port1],
    });
    const rpc = new RpcPort<VectorOperations>(port2, {});
    const running = { worker, rpc };
    worker.on("error", (error: Error) => console.error(`The vector search worker has failed: ${error.message}`));
    worker.once("exit", () => {
      rpc.fail("The vector search was interrupted: its worker has ended.");
      if (this.#running === running) this.#running = null;
    });
    this.#running = running;
    return rpc;
  }
}
