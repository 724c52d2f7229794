/** A half-open range of keys of one index (0: the documents themselves). `high` grows (or `low` falls) while rows are read. */
export interface ReadRange {
  index: number;
  low: Uint8Array;
  high: Uint8Array;
}

/** Everything a query's result depends on: if nothing of it changes, neither does the result. */
export class ReadSet {
  readonly ranges: ReadRange[] = [];
  /** Keys of `docs`, as latin1 text so that they can be map keys. */
  readonly documents = new Set<string>();
  /** Whether the caller's identity was looked at; if not, all callers may share the result. */
  identity = false;

  addRange(index: number, low: Uint8Array, high: Uint8Array): ReadRange {
    const range = { index, low, high };
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
  readonly entries: { index: number; key: Uint8Array }[] = [];

  add(index: number, key: Uint8Array): void {
    this.entries.push({ index, key });
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
  }
}
