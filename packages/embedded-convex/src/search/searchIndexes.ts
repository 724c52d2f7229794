import { DOCUMENTS, type DocumentSource, type Store } from "../store/store.ts";
import type { Statement } from "../store/sqlite.ts";
import type { WriteSet } from "../transaction/readSet.ts";
import type { ConvexJsonObject } from "../values/json.ts";
import { keySuccessor } from "../values/keys.ts";
import { contentOf, type SearchIndex, type SearchIndexSpec, specOf } from "./definitions.ts";
import { PostingLists } from "./postingLists.ts";
import { PostingReads } from "./postingReads.ts";
import { type DocumentChange, TextWriter } from "./textWriter.ts";
import { VectorRows } from "./vectorRows.ts";

/** The table whose documents are indexed: its tablet, and the range of `docs` that it is. */
export interface IndexedTable {
  tablet: number;
  from: Buffer;
  to: Buffer;
}

/** A portion of a backfill reads so many documents at once, which may have a megabyte each, and ends when it has read so much. */
const BACKFILL_ROWS = 20;
const BACKFILL_BYTES = 1024 * 1024;
const ID_OFFSET = 4;

/**
 * The text and vector indexes of all tables: which there are (rows of `indexes` whose fields are an object), and their content.
 * Content changes with the documents, in the same transaction and savepoint, so it is rolled back, committed and recovered with
 * them, and searches see what their own transaction has written.
 */
export class SearchIndexes {
  readonly #lists: PostingLists;
  readonly #text: TextWriter;
  readonly #reads = new WeakMap<DocumentSource, PostingReads>();
  readonly #store: Store;
  readonly #vectors: VectorRows;
  readonly #byTablet = new Map<number, SearchIndex[]>();
  readonly #statements: ReturnType<typeof prepare>;

  constructor(store: Store) {
    this.#store = store;
    this.#lists = new PostingLists(store.database);
    this.#text = new TextWriter(store.database, this.#lists);
    this.#vectors = new VectorRows(store.database);
    this.#statements = prepare(store);
  }

  /**
   * Reads again which indexes there are. How far a backfill has come is only known in memory: after a restart, indexes that were
   * being built must be dropped.
   */
  reload(): void {
    const known = new Map([...this.#byTablet.values()].flat().map((index) => [index.num, index]));
    this.#byTablet.clear();
    for (const [num, tablet, name, content, state] of this.#statements.list.all<StoredIndex>()) {
      const index = known.get(num) ?? { ...specOf(name, content), num, state, unfilled: null };
      index.state = state;
      this.#attach(tablet, index);
    }
  }

  /** The content of text indexes as a transaction sees it that reads from `source`. */
  reads(source: DocumentSource): PostingReads {
    const known = source === this.#store ? this.#lists : this.#reads.get(source);
    if (known !== undefined) return known;
    const reads = new PostingReads(source);
    this.#reads.set(source, reads);
    return reads;
  }

  /** All indexes of a table that are not dropped. */
  of(tablet: number): readonly SearchIndex[] {
    return this.#byTablet.get(tablet) ?? NONE;
  }

  /** A readable index. */
  find(tablet: number, name: string): SearchIndex | undefined {
    return this.of(tablet).find((index) => index.name === name && index.state === "active");
  }

  /** Numbers of all readable vector indexes. */
  vectorIndexNumbers(): number[] {
    return [...this.#byTablet.values()].flat().flatMap(({ kind, num }) => (kind === "vector" ? [num] : []));
  }

  /** Starts an index that is filled later; an equal one is reused. Inside a write transaction. */
  ensure(table: IndexedTable, spec: SearchIndexSpec): SearchIndex {
    const content = contentOf(spec);
    const same = this.of(table.tablet).find((index) => index.name === spec.name && contentOf(index) === content);
    if (same !== undefined) return same;
    const num = (this.#statements.highest.get<[number | null]>()?.[0] ?? DOCUMENTS) + 1;
    this.#statements.add.run(num, table.tablet, spec.name, content);
    const last = this.#store.scan(DOCUMENTS, table.from, table.to, "desc", 1)[0]?.[0];
    const unfilled = last === undefined ? null : { from: table.from, to: keySuccessor(Buffer.from(last)) };
    return this.#attach(table.tablet, { ...spec, num, state: "building", unfilled });
  }

  /** Makes exactly `specs` readable and drops the table's other indexes. Inside a write transaction. */
  activate(table: IndexedTable, specs: readonly SearchIndexSpec[]): void {
    const wanted = specs.map((spec) => this.ensure(table, spec));
    for (const index of this.of(table.tablet)) {
      this.#statements.setState.run(wanted.includes(index) ? "active" : "dropped", index.num);
    }
    for (const index of wanted) index.state = "active";
    this.#byTablet.set(table.tablet, wanted);
  }

  /** Drops what an abandoned push has left half built. Inside a write transaction. */
  dropBuilding(): void {
    for (const [tablet, indexes] of this.#byTablet) {
      for (const index of indexes) if (index.state === "building") this.#statements.setState.run("dropped", index.num);
      this.#byTablet.set(
        tablet,
        indexes.filter(({ state }) => state === "active"),
      );
    }
  }

  /** Deletes a portion of the content of a dropped index; false when none was left. Inside a write transaction. */
  removeContent(num: number, limit: number): boolean {
    this.#text.removeStatistics(num);
    return this.#lists.removeIndex(num, limit) || this.#vectors.removeIndex(num, limit);
  }

  /** A document is written, from `old` to `next`; `key` is its place in `docs`. Inside a write transaction. */
  update(
    tablet: number,
    key: Buffer,
    old: ConvexJsonObject | null,
    next: ConvexJsonObject | null,
    writes: WriteSet,
  ): void {
    const indexes = this.#byTablet.get(tablet);
    if (indexes === undefined) return;
    const change = { internal: key.subarray(ID_OFFSET), old, next };
    for (const index of indexes) {
      const { unfilled } = index;
      if (unfilled !== null && unfilled.from.compare(key) <= 0 && unfilled.to.compare(key) > 0) continue;
      this.#apply(index, change, writes);
    }
  }

  /** Adds up to `limit` documents to an index that is being built; false when it is complete. Inside a write transaction. */
  backfill(index: SearchIndex, limit: number): boolean {
    let [left, bytes] = [limit, 0];
    while (index.unfilled !== null && left > 0 && bytes < BACKFILL_BYTES) {
      const { from, to } = index.unfilled;
      const asked = Math.min(left, BACKFILL_ROWS);
      const rows = this.#store.scan(DOCUMENTS, from, to, "asc", asked);
      for (const [key, json] of rows) {
        const next = JSON.parse(json) as ConvexJsonObject;
        this.#apply(index, { internal: Buffer.from(key).subarray(ID_OFFSET), old: null, next }, null);
        bytes += json.length;
      }
      left -= rows.length;
      const last = rows.at(-1)?.[0];
      index.unfilled = rows.length < asked || last === undefined ? null : { from: keySuccessor(Buffer.from(last)), to };
    }
    return index.unfilled !== null;
  }

  #apply(index: SearchIndex, change: DocumentChange, writes: WriteSet | null): void {
    if (index.kind === "text") this.#text.update(index, change, writes);
    else this.#vectors.update(index, change, writes);
  }

  #attach(tablet: number, index: SearchIndex): SearchIndex {
    this.#byTablet.set(tablet, [...this.of(tablet), index]);
    return index;
  }
}

type StoredIndex = [num: number, tablet: number, name: string, content: string, state: SearchIndex["state"]];

const NONE: readonly SearchIndex[] = [];

function prepare({ database }: Store): Record<"list" | "highest" | "add" | "setState", Statement> {
  return {
    list: database.prepare(
      "SELECT num, tbl, name, fields, state FROM indexes WHERE state <> 'dropped' AND fields LIKE '{%' ORDER BY num",
    ),
    highest: database.prepare("SELECT max(num) FROM indexes"),
    add: database.prepare("INSERT INTO indexes(num, tbl, name, fields, state) VALUES(?, ?, ?, ?, 'building')"),
    setState: database.prepare("UPDATE indexes SET state = ? WHERE num = ?"),
  };
}
