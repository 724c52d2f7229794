/** A half-open range of keys of one index (0: the documents themselves). `high` grows (or `low` falls) while rows are read. */
export interface ReadRange {
  index: number;
  low: Uint8Array;
  high: Uint8Array;
  /** Only in ranges of words of a search index: what else a document must have to matter. */
  filters?: readonly FilterRead[];
}

/** A condition of a text search: the value (see `filterValue`) of the filter field at a position. */
export interface FilterRead {
  position: number;
  value: string;
}

/** What a text search index knows of a document that was written. */
export interface WrittenText {
  words: ReadonlyMap<string, unknown>;
  /** By the position of their fields. */
  filters: readonly string[];
}

/** A key that was written, or a text whose words are keys. */
export type WriteEntry = { index: number; key: Uint8Array } | { index: number; text: WrittenText };

/** Everything a query's result depends on: if nothing of it changes, neither does the result. */
export class ReadSet {
  readonly ranges: ReadRange[] = [];
  /** Keys of `docs`, as latin1 text so that they can be map keys. */
  readonly documents = new Set<string>();
  /** Whether the caller's identity was looked at; if not, all callers may share the result. */
  identity = false;
  /** Roughly how long it took to find what was read, where that says more than how much it was. */
  costMicros = 0;

  addRange(index: number, low: Uint8Array, high: Uint8Array, filters?: readonly FilterRead[]): ReadRange {
    const range: ReadRange = filters === undefined ? { index, low, high } : { index, low, high, filters };
    this.ranges.push(range);
    return range;
  }

  addDocument(key: Uint8Array): void {
    this.documents.add(documentToken(key));
  }
}

/** A document key as a map key. */
export function documentToken(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString("latin1");
}

/** The keys that a transaction has touched, old and new ones, for finding the queries that depend on them. */
export class WriteSet {
  readonly entries: WriteEntry[] = [];
  /** Whole tables were exchanged: every query must run again. */
  everything = false;

  add(index: number, key: Uint8Array): void {
    this.entries.push({ index, key });
  }

  /** The old and the new text of a document; one entry each, whatever their length. */
  addText(index: number, text: WrittenText): void {
    this.entries.push({ index, text });
  }

  get length(): number {
    return this.entries.length;
  }

  /** Forgets what a rolled-back part has added. */
  truncate(length: number): void {
    this.entries.length = length;
  }

  append(other: WriteSet): void {
    for (const entry of other.entries) this.entries.push(entry);
    if (other.everything) this.everything = true;
  }
}
