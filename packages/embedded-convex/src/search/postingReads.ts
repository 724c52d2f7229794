import type { DocumentSource } from "../store/store.ts";
import type { CollectionStatistics } from "./bm25.ts";

/** A term of one index: how many documents have it, and the newest of them. Older ones are in blocks. */
export interface TermEntry {
  documents: number;
  tail: Buffer;
}

/** Postings that are older than those of the row, from the newest to the oldest block. */
export type Block = [first: Uint8Array, postings: Uint8Array];

/** Reads the postings of all search indexes from one source: with or without what the open transaction has written. */
export class PostingReads {
  readonly #statements: ReturnType<typeof prepare>;

  constructor(source: Pick<DocumentSource, "prepare">) {
    this.#statements = prepare(source);
  }

  /** What the scores of an index depend on. */
  statistics(index: number): CollectionStatistics {
    const [documents, words] = this.#statements.statistics.get<[number, number]>(index) ?? [0, 0];
    return { documents, words };
  }

  term(index: number, term: Uint8Array): TermEntry | null {
    const row = this.#statements.getTerm.get<[number, Uint8Array]>(index, term);
    return row === undefined ? null : { documents: row[0], tail: toBuffer(row[1]) };
  }

  /** Up to `limit` terms with `low < term < high`, in their order. */
  terms(index: number, low: Uint8Array, high: Uint8Array, limit: number): [term: Buffer, entry: TermEntry][] {
    const rows = this.#statements.listTerms.all<[Uint8Array, number, Uint8Array]>(index, low, high, limit);
    return rows.map(([term, documents, tail]) => [toBuffer(term), { documents, tail: toBuffer(tail) }]);
  }

  /** Up to `limit` blocks whose first place is below `bound`, the last one first. */
  blocksBelow(index: number, term: Uint8Array, bound: Uint8Array, limit: number): Block[] {
    return this.#statements.blocksBelow.all<[Uint8Array, Uint8Array]>(index, term, bound, limit);
  }
}

function prepare(source: Pick<DocumentSource, "prepare">) {
  return {
    statistics: source.prepare("SELECT documents, words FROM search_stats WHERE ix = ?"),
    getTerm: source.prepare("SELECT n, tail FROM search_terms WHERE ix = ? AND t = ?"),
    listTerms: source.prepare(
      "SELECT t, n, tail FROM search_terms WHERE ix = ? AND t > ? AND t < ? ORDER BY t LIMIT ?",
    ),
    blocksBelow: source.prepare(
      "SELECT first, data FROM search_blocks WHERE ix = ? AND t = ? AND first < ? ORDER BY first DESC LIMIT ?",
    ),
  };
}

function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
