import { wordTerm } from "../search/terms.ts";
import { DOCUMENTS } from "../store/store.ts";
import {
  documentToken,
  type FilterRead,
  type ReadSet,
  type WriteSet,
  type WrittenText,
} from "../transaction/readSet.ts";
import { type IntervalHandle, IntervalIndex } from "./intervalIndex.ts";

/** Why a key matters to a reader; for words of a search index, only in documents with these filter values. */
interface Dependency<Reader> {
  reader: Reader;
  filters: readonly FilterRead[];
}

/** What a reader depends on, to be removed by. */
export interface Registration {
  intervals: readonly { index: number; handle: IntervalHandle }[];
  documents: readonly string[];
}

/** Of a reader that depends on nothing yet. */
export const NO_READS: Registration = { intervals: [], documents: [] };

const NO_FILTERS: readonly FilterRead[] = [];

/** Who has read what: finds, for written keys, those to whom it matters, by interval indexes over what they have read. */
export class Dependencies<Reader> {
  readonly #intervals = new Map<number, IntervalIndex<Dependency<Reader>>>();
  readonly #byDocument = new Map<string, Set<Reader>>();

  add(reader: Reader, reads: ReadSet): Registration {
    const registered: { index: number; handle: IntervalHandle }[] = [];
    for (const { index, low, high, filters = NO_FILTERS } of reads.ranges) {
      let intervals = this.#intervals.get(index);
      if (intervals === undefined) this.#intervals.set(index, (intervals = new IntervalIndex()));
      registered.push({ index, handle: intervals.add(low, high, { reader, filters }) });
    }
    const documents: string[] = [];
    for (const token of reads.documents) {
      const set = this.#byDocument.get(token) ?? new Set();
      this.#byDocument.set(token, set.add(reader));
      documents.push(token);
    }
    return { intervals: registered, documents };
  }

  remove(reader: Reader, registration: Registration): void {
    for (const { index, handle } of registration.intervals) {
      const intervals = this.#intervals.get(index);
      intervals?.remove(handle);
      if (intervals?.size === 0) this.#intervals.delete(index);
    }
    for (const token of registration.documents) {
      const set = this.#byDocument.get(token);
      set?.delete(reader);
      if (set?.size === 0) this.#byDocument.delete(token);
    }
  }

  /** Those who have read something that was written; some perhaps more than once. */
  forEachAffected(writes: WriteSet, visit: (reader: Reader) => void): void {
    for (const entry of writes.entries) {
      const intervals = this.#intervals.get(entry.index);
      if ("text" in entry) {
        if (intervals !== undefined) forEachSearch(intervals, entry.text, visit);
        continue;
      }
      intervals?.forEachContaining(entry.key, ({ reader }) => visit(reader));
      if (entry.index === DOCUMENTS && this.#byDocument.size > 0) {
        for (const reader of this.#byDocument.get(documentToken(entry.key)) ?? []) visit(reader);
      }
    }
  }
}

function forEachSearch<Reader>(
  intervals: IntervalIndex<Dependency<Reader>>,
  { words, filters: values }: WrittenText,
  visit: (reader: Reader) => void,
): void {
  for (const word of words.keys()) {
    intervals.forEachContaining(wordTerm(word), ({ reader, filters }) => {
      if (filters.every(({ position, value }) => values[position] === value)) visit(reader);
    });
  }
}
