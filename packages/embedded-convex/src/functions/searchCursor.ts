import { wordTerm } from "../search/terms.ts";
import { searchText, type TextHit } from "../search/textSearch.ts";
import { documentKey } from "../store/catalog.ts";
import type { Transaction } from "../transaction/transaction.ts";
import { encodeKey, keyPrefixEnd, keySuccessor } from "../values/keys.ts";
import { OperatorChain } from "./operators.ts";
import type { Plan } from "./plan.ts";
import { type CursorRow, noProgress, type ReadProgress, type RowCursor } from "./queryCursor.ts";
import type { SearchPlan } from "./searchPlan.ts";

/** Convex looks at the best results only, also of a search that is read page by page. */
const MAX_RESULTS = 1024;
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
  readonly #operators: OperatorChain;
  readonly read: ReadProgress = noProgress();
  #results: { key: Buffer; hit: TextHit }[] | null = null;
  #position = 0;

  constructor(transaction: Transaction, plan: Plan & { search: SearchPlan }) {
    this.#transaction = transaction;
    this.#plan = plan;
    this.#operators = new OperatorChain(plan.operators);
    transaction.usage.add("databaseQueries", 1);
    this.#registerReads();
  }

  next(): CursorRow | null {
    while (!this.#operators.exhausted) {
      if (this.#position === MAX_RESULTS) throw new Error(SCANNED_TOO_MANY);
      const result = (this.#results ??= this.#search())[this.#position];
      if (result === undefined) return null;
      this.#position++;
      const json = this.#load(result.hit);
      this.read.keys.push(result.key);
      if (this.#operators.admit(json)) return { key: result.key, json };
    }
    return null;
  }

  #search(): { key: Buffer; hit: TextHit }[] {
    const { search, low, high } = this.#plan;
    const { hits, scored } = searchText(this.#transaction.catalog.search, search.index, search.query, MAX_RESULTS);
    this.#transaction.reads.costMicros += scored * MICROS_PER_DOCUMENT;
    return hits
      .map((hit) => ({ key: keyOf(hit), hit }))
      .filter(({ key }) => key.compare(low) >= 0 && key.compare(high) < 0);
  }

  #load({ internal }: TextHit): string {
    const { store, usage } = this.#transaction;
    const json = store.getDocument(documentKey(this.#plan.search.table, internal));
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

function keyOf({ score, creationTime, internal }: TextHit): Buffer {
  return Buffer.concat([encodeKey([-score, -creationTime]), internal]);
}
