import { wordTerm } from "../search/terms.ts";
import { searchText, type TextHit } from "../search/textSearch.ts";
import { documentKey } from "../store/catalog.ts";
import type { Transaction } from "../transaction/transaction.ts";
import { encodeKey, keyPrefixEnd, keySuccessor } from "../values/keys.ts";
import { OperatorChain } from "./operators.ts";
import type { Plan } from "./plan.ts";
import { type CursorRow, noProgress, type ReadBudget, type ReadProgress, type RowCursor } from "./queryCursor.ts";
import type { SearchPlan } from "./searchPlan.ts";

/** Convex looks at the best results only, also of a search that is read page by page. */
const MAX_RESULTS = 1024;
const FIRST_RESULTS = 64;
/** Measured; see the README. */
const MICROS_PER_DOCUMENT = 0.2;

/**
 * Reads the results of a text search in order of relevance. The place of a result (`key`) is its score, its creation time and
 * its id, so a page goes on behind the last one although scores move with what is written in between.
 *
 * What a result depends on are the words of the search: documents that have none of them, or other filter values, may be
 * written without waking it up, although they change scores a little (as on Convex).
 */
export class SearchCursor implements RowCursor {
  readonly #transaction: Transaction;
  readonly #plan: Plan & { search: SearchPlan };
  readonly #budget: ReadBudget | null;
  readonly #operators: OperatorChain;
  readonly read: ReadProgress = noProgress();
  #hits: TextHit[] | null = null;
  #mayHaveMore = false;
  #position = 0;

  constructor(transaction: Transaction, plan: Plan & { search: SearchPlan }, budget: ReadBudget | null) {
    this.#transaction = transaction;
    this.#plan = plan;
    this.#budget = budget;
    this.#operators = new OperatorChain(plan.operators);
    transaction.usage.add("databaseQueries", 1);
    this.#registerReads();
  }

  next(): CursorRow | null {
    while (!this.#operators.exhausted) {
      if (this.#position === MAX_RESULTS) throw new Error(SCANNED_TOO_MANY);
      const hit = this.#hitAt(this.#position);
      if (hit === undefined || this.#isOverBudget()) return null;
      this.#position++;
      const json = this.#load(hit);
      const key = keyOf(hit);
      this.read.keys.push(key);
      if (this.#operators.admit(json)) return { key, json };
    }
    return null;
  }

  #hitAt(position: number): TextHit | undefined {
    if (this.#hits === null) this.#search(this.#firstLimit());
    else if (position === this.#hits.length && this.#mayHaveMore) this.#search(MAX_RESULTS);
    return this.#hits![position];
  }

  /** As many results as will be asked for, where that is known; the first ones for a page, which is seldom long. */
  #firstLimit(): number {
    const [first] = this.#plan.operators;
    if (first !== undefined && "limit" in first) return Math.max(1, Math.min(first.limit, MAX_RESULTS));
    return this.#budget !== null && this.#plan.low.length === 0 ? FIRST_RESULTS : MAX_RESULTS;
  }

  #search(limit: number): void {
    const { search, low, high } = this.#plan;
    const { catalog, source, reads } = this.#transaction;
    const { hits, scored } = searchText(catalog.search.reads(source), search.index, search.query, limit);
    reads.costMicros += scored * MICROS_PER_DOCUMENT;
    this.#mayHaveMore = hits.length === limit && limit < MAX_RESULTS;
    // Places are longer than the bounds of the whole range.
    const isWhole = low.length === 0 && high.length === 1;
    this.#hits = isWhole ? hits : hits.filter((hit) => isWithin(keyOf(hit), low, high));
  }

  #isOverBudget(): boolean {
    const isOver = (used: number, limit: number | null | undefined) => limit != null && used >= limit;
    this.read.stopped = isOver(this.read.rows, this.#budget?.rows) || isOver(this.read.bytes, this.#budget?.bytes);
    return this.read.stopped;
  }

  #load({ internal }: TextHit): string {
    const { source, usage } = this.#transaction;
    const json = source.getDocument(documentKey(this.#plan.search.table, internal));
    if (json === null) throw new Error("A search index has an entry for a document that does not exist.");
    usage.add("documentsRead", 1);
    usage.add("bytesRead", json.length);
    this.read.rows += 1;
    this.read.bytes += json.length;
    return json;
  }

  #registerReads(): void {
    const { index, query } = this.#plan.search;
    const { reads } = this.#transaction;
    for (const word of query.words) {
      const low = wordTerm(word);
      reads.addRange(index.num, low, word === query.prefix ? keyPrefixEnd(low) : keySuccessor(low), query.filters);
    }
  }
}

const SCANNED_TOO_MANY =
  `Search query scanned too many documents (fetched ${MAX_RESULTS}). Consider using a smaller limit, paginating the query, ` +
  "or using a filter field to limit the number of documents pulled from the search index.";

function isWithin(key: Buffer, low: Buffer, high: Buffer): boolean {
  return key.compare(low) >= 0 && key.compare(high) < 0;
}

function keyOf({ score, creationTime, internal }: TextHit): Buffer {
  return Buffer.concat([encodeKey([-score, -creationTime]), internal]);
}
