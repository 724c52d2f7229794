import type { SqliteReader, Statement } from "../store/sqlite.ts";
import { PackedVectors, type StoredVector, unitVector } from "./packedVectors.ts";
import type { VectorQuery } from "./vectorQuery.ts";
import type { VectorRow } from "./vectorRows.ts";

/** One result of a vector search. Ids are 16 bytes as latin1 text. */
export interface VectorHit {
  internal: string;
  /** Cosine similarity, as float32. */
  score: number;
}

export interface VectorReaderOptions {
  database: SqliteReader;
  now(): number;
  /** When the loaded indexes need more, those that were not searched for longest are forgotten, bytes. */
  memoryLimit: number;
  /** An index that was not searched for so long is forgotten. */
  idleMs: number;
}

interface LoadedIndex {
  vectors: PackedVectors;
  /** Ids of documents that were written since they were loaded. */
  changed: Set<string>;
  usedAt: number;
}

const ROWS_PER_READ = 500;

/**
 * Searches vector indexes exactly, on a read connection of its own. An index is loaded when it is searched first; from then on
 * it is told which documents are written, and reads these again before the next search: a search sees at least everything that
 * was committed before it was asked for.
 */
export class VectorReader {
  readonly #options: VectorReaderOptions;
  readonly #loaded = new Map<number, LoadedIndex>();
  readonly #rows: Statement;
  readonly #row: Statement;

  constructor(options: VectorReaderOptions) {
    this.#options = options;
    this.#rows = options.database.prepare(
      "SELECT d, filters, data FROM vectors WHERE ix = ? AND d > ? ORDER BY d LIMIT ?",
    );
    this.#row = options.database.prepare("SELECT d, filters, data FROM vectors WHERE ix = ? AND d = ?");
  }

  /** The numbers of the indexes that are in memory. */
  get loaded(): number[] {
    return [...this.#loaded.keys()];
  }

  /** The most similar vectors, the best one first; equally similar ones in the order of their ids. */
  search(query: VectorQuery): VectorHit[] {
    const index = this.#index(query);
    index.usedAt = this.#options.now();
    const unit = unitVector(query.vector);
    const hits: VectorHit[] = [];
    for (const internal of index.vectors.candidates(unit, query.limit, query.filters)) {
      const stored = this.#read(query.index, internal);
      if (stored === null) continue;
      hits.push({ internal, score: Math.fround(similarity(unit, unitVector(stored.vector))) });
    }
    hits.sort((left, right) => right.score - left.score || (left.internal < right.internal ? -1 : 1));
    this.#forgetOthers(query.index);
    return hits.slice(0, query.limit);
  }

  /** Documents of an index were written, by a commit that is done. */
  changed(index: number, internals: readonly string[]): void {
    const loaded = this.#loaded.get(index);
    for (const internal of internals) loaded?.changed.add(internal);
  }

  /** Forgets an index, whose number is that of another one now. */
  forget(index: number): void {
    this.#loaded.delete(index);
  }

  /** Forgets what nobody has asked for lately. */
  forgetIdle(): void {
    const oldest = this.#options.now() - this.#options.idleMs;
    for (const [index, { usedAt }] of this.#loaded) if (usedAt < oldest) this.#loaded.delete(index);
  }

  #index(query: VectorQuery): LoadedIndex {
    const { index } = query;
    const loaded = this.#loaded.get(index) ?? this.#load(query);
    for (const internal of loaded.changed) {
      const stored = this.#read(index, internal);
      if (stored === null) loaded.vectors.remove(internal);
      else loaded.vectors.put(stored);
    }
    loaded.changed.clear();
    return loaded;
  }

  /** In portions, each with a read transaction of its own, so that the write-ahead log can be copied back meanwhile. */
  #load({ index, dimensions, filterFields }: VectorQuery): LoadedIndex {
    const vectors = new PackedVectors(dimensions, filterFields);
    let last: Uint8Array = new Uint8Array();
    for (;;) {
      const rows = this.#rows.all<VectorRow>(index, last, ROWS_PER_READ);
      for (const row of rows) vectors.put(storedVector(row));
      if (rows.length < ROWS_PER_READ) break;
      last = rows.at(-1)![0];
    }
    const loaded = { vectors, changed: new Set<string>(), usedAt: 0 };
    this.#loaded.set(index, loaded);
    return loaded;
  }

  #read(index: number, internal: string): StoredVector | null {
    const row = this.#row.get<VectorRow>(index, Buffer.from(internal, "latin1"));
    return row === undefined ? null : storedVector(row);
  }

  #forgetOthers(kept: number): void {
    const others = [...this.#loaded].filter(([index]) => index !== kept).sort((a, b) => b[1].usedAt - a[1].usedAt);
    let memory = this.#loaded.get(kept)?.vectors.memory ?? 0;
    for (const [index, { vectors }] of others) {
      memory += vectors.memory;
      if (memory > this.#options.memoryLimit) this.#loaded.delete(index);
    }
  }
}

function storedVector([internal, filters, data]: VectorRow): StoredVector {
  return {
    internal: Buffer.from(internal).toString("latin1"),
    filters: JSON.parse(filters) as string[],
    vector: new Float32Array(data.slice().buffer),
  };
}

function similarity(left: Float64Array, right: Float64Array): number {
  let sum = 0;
  for (let dimension = 0; dimension < left.length; dimension++) sum += left[dimension]! * right[dimension]!;
  return sum;
}
