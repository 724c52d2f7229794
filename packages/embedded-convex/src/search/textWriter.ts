import type { WrittenText, WriteSet } from "../transaction/readSet.ts";
import type { SqliteDatabase, Statement } from "../store/sqlite.ts";
import type { ConvexJsonObject } from "../values/json.ts";
import { getField } from "../values/keys.ts";
import { lengthCode } from "./bm25.ts";
import { filterValues, type TextIndex } from "./definitions.ts";
import type { PostingLists } from "./postingLists.ts";
import { packWeight, placeOf } from "./postings.ts";
import { filterTerm, wordTerm } from "./terms.ts";
import { countWords } from "./tokenizer.ts";

/** A document that is written: its internal id, and what it was and becomes. */
export interface DocumentChange {
  internal: Uint8Array;
  old: ConvexJsonObject | null;
  next: ConvexJsonObject | null;
}

/** Keeps text search indexes up to date, in the transaction that writes the documents. */
export class TextWriter {
  readonly #lists: PostingLists;
  readonly #addStatistics: Statement;
  readonly #removeStatistics: Statement;

  constructor(database: SqliteDatabase, lists: PostingLists) {
    this.#lists = lists;
    this.#addStatistics = database.prepare(
      "INSERT INTO search_stats(ix, documents, words) VALUES(?, ?, ?) ON CONFLICT(ix) DO UPDATE SET " +
        "documents = documents + excluded.documents, words = words + excluded.words",
    );
    this.#removeStatistics = database.prepare("DELETE FROM search_stats WHERE ix = ?");
  }

  removeStatistics(index: number): void {
    this.#removeStatistics.run(index);
  }

  /** Changes the postings of one document, and notes in `writes` what searches may notice. */
  update(index: TextIndex, { internal, old, next }: DocumentChange, writes: WriteSet | null): void {
    const before = old === null ? null : textOf(index, old);
    const after = next === null ? null : textOf(index, next);
    if (before !== null) writes?.addText(index.num, before);
    // Another field has changed: most searches do not care, and the words need not be known unless one does.
    if (before !== null && after?.equals(before)) return;
    if (after !== null) writes?.addText(index.num, after);
    const documents = (next === null ? 0 : 1) - (old === null ? 0 : 1);
    const words = (after?.total ?? 0) - (before?.total ?? 0);
    if (documents !== 0 || words !== 0) this.#addStatistics.run(index.num, documents, words);
    const place = placeOf((old ?? next)!._creationTime as number, internal);
    this.#changeWords(index.num, place, before, after);
    this.#changeFilters(index.num, place, before, after);
  }

  #changeWords(index: number, place: Uint8Array, before: IndexedText | null, after: IndexedText | null): void {
    for (const [word, weight] of after?.words ?? []) {
      if (before?.words.get(word) !== weight) this.#lists.put(index, wordTerm(word), place, weight);
    }
    for (const word of before?.words.keys() ?? []) {
      if (after?.words.has(word) !== true) this.#lists.remove(index, wordTerm(word), place);
    }
  }

  #changeFilters(index: number, place: Uint8Array, before: IndexedText | null, after: IndexedText | null): void {
    // What has no words is not found, whatever its filter values.
    const oldValues = (before?.total ?? 0) > 0 ? before!.filters : [];
    const nextValues = (after?.total ?? 0) > 0 ? after!.filters : [];
    for (let position = 0; position < Math.max(oldValues.length, nextValues.length); position++) {
      const oldValue = oldValues[position];
      const nextValue = nextValues[position];
      if (oldValue === nextValue) continue;
      if (oldValue !== undefined) this.#lists.remove(index, filterTerm(position, oldValue), place);
      if (nextValue !== undefined) this.#lists.put(index, filterTerm(position, nextValue), place, 0);
    }
  }
}

/** What an index keeps of a document; null if the search field is not a string. */
function textOf(index: TextIndex, document: ConvexJsonObject): IndexedText | null {
  const value = getField(document, index.searchField);
  return typeof value === "string" ? new IndexedText(value, filterValues(index, document)) : null;
}

/** A text and filter values; the words are found when somebody asks for them. */
class IndexedText implements WrittenText {
  readonly filters: readonly string[];
  readonly #text: string;
  #counted: { weights: Map<string, number>; total: number } | null = null;

  constructor(text: string, filters: readonly string[]) {
    this.#text = text;
    this.filters = filters;
  }

  /** Packed weights by word. */
  get words(): ReadonlyMap<string, number> {
    return this.#count().weights;
  }

  get total(): number {
    return this.#count().total;
  }

  equals(other: IndexedText): boolean {
    return this.#text === other.#text && this.filters.every((value, position) => value === other.filters[position]);
  }

  #count(): { weights: Map<string, number>; total: number } {
    if (this.#counted !== null) return this.#counted;
    const { counts, total } = countWords(this.#text);
    const length = lengthCode(total);
    const weights = new Map<string, number>();
    for (const [word, count] of counts) weights.set(word, packWeight(count, length));
    return (this.#counted = { weights, total });
  }
}
