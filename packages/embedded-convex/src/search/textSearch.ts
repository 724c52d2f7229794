import { keyPrefixEnd } from "../values/keys.ts";
import { lengthFactors, termScore, termWeight } from "./bm25.ts";
import type { TextIndex } from "./definitions.ts";
import { PostingCursor } from "./postingCursor.ts";
import { internalOf, lengthCodeOf, occurrencesOf } from "./postings.ts";
import type { SearchIndexes } from "./searchIndexes.ts";
import { filterTerm, wordTerm } from "./terms.ts";
import type { TextQuery } from "./textQuery.ts";

/** What a search has found, and how many documents it has looked at for it. */
export interface TextHits {
  hits: TextHit[];
  scored: number;
}

/** One result of a search. */
export interface TextHit {
  score: number;
  creationTime: number;
  /** The internal id of the document. */
  internal: Buffer;
}

/** Convex looks at so many different terms, words and filter values together; exact words come before continued ones. */
const MAX_TERMS = 64;
/** What a word is worth that only begins with the last one of the query. */
const PREFIX_BOOST = 0.5;

/** A word to look for, with what it is worth. */
interface ScoredCursor {
  cursor: PostingCursor;
  weight: number;
}

/**
 * The best documents for a query, the best one first, equally good ones from the newest to the oldest.
 *
 * Walks the postings of all words together, document by document from the newest to the oldest. Where a filter (or every word)
 * jumps over documents, whole blocks of postings are never read: the cost follows the shortest list.
 *
 * @param limit how many are wanted, 1 or more.
 */
export function searchText(indexes: SearchIndexes, index: TextIndex, query: TextQuery, limit: number): TextHits {
  const required = filterCursors(indexes, index, query);
  const best = new BestHits(limit);
  if (required === null) return best.result();
  const scored = wordCursors(indexes, index, query, MAX_TERMS - required.length);
  const factors = lengthFactors(indexes.text.statistics(index.num));
  for (;;) {
    const newest = newestOf(scored);
    if (newest === null) return best.result();
    const obstacle = required.length === 0 ? undefined : required.find((filter) => lags(filter, newest.cursor));
    if (obstacle !== undefined) {
      if (obstacle.atEnd) return best.result();
      for (const { cursor } of scored) cursor.skipTo(obstacle.place);
      continue;
    }
    let score = 0;
    for (const word of scored) {
      if (!word.cursor.isAt(newest.cursor)) continue;
      const posting = word.cursor.weight;
      score += termScore(word.weight, occurrencesOf(posting), factors[lengthCodeOf(posting)]!);
      if (word !== newest) word.cursor.next();
    }
    best.offer(Math.fround(score), newest.cursor);
    newest.cursor.next();
  }
}

/** Goes on to a document; true if the filter does not have it. */
function lags(filter: PostingCursor, document: PostingCursor): boolean {
  filter.skipTo(document.place);
  return !filter.isAt(document);
}

function newestOf(scored: readonly ScoredCursor[]): ScoredCursor | null {
  let newest: ScoredCursor | null = null;
  for (const word of scored) {
    if (!word.cursor.atEnd && (newest === null || word.cursor.compare(newest.cursor) > 0)) newest = word;
  }
  return newest;
}

/** The cursors of all filter values; null if no document has one of them. */
function filterCursors({ lists }: SearchIndexes, { num }: TextIndex, { filters }: TextQuery): PostingCursor[] | null {
  const cursors: PostingCursor[] = [];
  for (const { position, value } of filters) {
    const term = filterTerm(position, value);
    const entry = lists.term(num, term);
    if (entry === null) return null;
    cursors.push(new PostingCursor(lists, num, term, entry));
  }
  return cursors.sort((left, right) => left.documents - right.documents);
}

function wordCursors(indexes: SearchIndexes, { num }: TextIndex, query: TextQuery, limit: number): ScoredCursor[] {
  const { lists } = indexes;
  const statistics = indexes.text.statistics(num);
  const exact = query.words.flatMap((word) => {
    const term = wordTerm(word);
    const entry = lists.term(num, term);
    return entry === null ? [] : [{ term, entry, boost: 1 }];
  });
  const continued: typeof exact = [];
  if (query.prefix !== null) {
    const prefix = wordTerm(query.prefix);
    const known = new Set(query.words);
    // As many more as could be among the exact ones.
    for (const [term, entry] of lists.terms(num, prefix, keyPrefixEnd(prefix), limit)) {
      if (!known.has(term.toString("utf8", 1))) continued.push({ term, entry, boost: PREFIX_BOOST });
    }
  }
  return [...exact, ...continued].slice(0, Math.max(0, limit)).map(({ term, entry, boost }) => ({
    cursor: new PostingCursor(lists, num, term, entry),
    weight: termWeight(statistics, entry.documents, boost),
  }));
}

/** Keeps the best of the hits it is offered; they must come from the newest to the oldest. A binary heap, the worst on top. */
class BestHits {
  readonly #limit: number;
  readonly #heap: TextHit[] = [];
  #offered = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  offer(score: number, document: PostingCursor): void {
    const heap = this.#heap;
    this.#offered++;
    if (heap.length < this.#limit) {
      heap.push({ score, creationTime: document.time, internal: Buffer.from(internalOf(document.place)) });
      this.#siftUp(heap.length - 1);
      return;
    }
    // An older document that is only as good as the worst one does not replace it.
    if (score <= heap[0]!.score) return;
    heap[0] = { score, creationTime: document.time, internal: Buffer.from(internalOf(document.place)) };
    this.#siftDown();
  }

  result(): TextHits {
    return { hits: this.#heap.sort(compareHits), scored: this.#offered };
  }

  #worse(left: number, right: number): boolean {
    return compareHits(this.#heap[left]!, this.#heap[right]!) > 0;
  }

  #swap(left: number, right: number): void {
    [this.#heap[left], this.#heap[right]] = [this.#heap[right]!, this.#heap[left]!];
  }

  #siftUp(from: number): void {
    for (let child = from; child > 0;) {
      const parent = (child - 1) >> 1;
      if (!this.#worse(child, parent)) return;
      this.#swap(child, parent);
      child = parent;
    }
  }

  #siftDown(): void {
    for (let parent = 0; ;) {
      let worst = parent;
      for (const child of [parent * 2 + 1, parent * 2 + 2]) {
        if (child < this.#heap.length && this.#worse(child, worst)) worst = child;
      }
      if (worst === parent) return;
      this.#swap(parent, worst);
      parent = worst;
    }
  }
}

/** The order of results. Imported documents may share a creation time; they are ordered by their ids. */
function compareHits(left: TextHit, right: TextHit): number {
  return right.score - left.score || right.creationTime - left.creationTime || left.internal.compare(right.internal);
}
