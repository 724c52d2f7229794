import { keyPrefixEnd } from "../values/keys.ts";
import { lengthFactors, termScore, termWeight } from "./bm25.ts";
import type { TextIndex } from "./definitions.ts";
import { Heap } from "./heap.ts";
import { type PostedDocument, PostingCursor } from "./postingCursor.ts";
import type { PostingReads } from "./postingReads.ts";
import { internalOf, lengthCodeOf, occurrencesOf } from "./postings.ts";
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
export function searchText(reads: PostingReads, index: TextIndex, query: TextQuery, limit: number): TextHits {
  const required = filterCursors(reads, index, query);
  const best = new BestHits(limit);
  if (required === null) return best.result();
  const words = newestFirst(wordCursors(reads, index, query, MAX_TERMS - required.length));
  const factors = lengthFactors(reads.statistics(index.num));
  for (;;) {
    const document = words.top?.cursor.current;
    if (document === undefined) return best.result();
    const obstacle = required.length === 0 ? undefined : required.find((filter) => !reaches(filter, document));
    if (obstacle !== undefined) {
      if (obstacle.atEnd) return best.result();
      const next = obstacle.current;
      while (words.top?.cursor.isNewerThan(next)) advance(words, (cursor) => cursor.skipTo(next.place));
      continue;
    }
    let score = 0;
    while (words.top?.cursor.isAt(document)) {
      const { cursor, weight } = words.top;
      const posting = cursor.weight;
      score += termScore(weight, occurrencesOf(posting), factors[lengthCodeOf(posting)]!);
      advance(words, () => cursor.next());
    }
    best.offer(Math.fround(score), document);
  }
}

/** Lets a filter go on to a document; false if the filter does not have it. */
function reaches(filter: PostingCursor, document: PostedDocument): boolean {
  filter.skipTo(document.place);
  return filter.isAt(document);
}

function newestFirst(words: readonly ScoredCursor[]): Heap<ScoredCursor> {
  const heap = new Heap<ScoredCursor>((left, right) => left.cursor.compare(right.cursor) > 0);
  for (const word of words) if (!word.cursor.atEnd) heap.push(word);
  return heap;
}

/** Moves the cursor that is at the newest document. */
function advance(words: Heap<ScoredCursor>, move: (cursor: PostingCursor) => void): void {
  const word = words.top!;
  move(word.cursor);
  if (word.cursor.atEnd) words.removeTop();
  else words.replaceTop(word);
}

/** The cursors of all filter values; null if no document has one of them. */
function filterCursors(reads: PostingReads, { num }: TextIndex, { filters }: TextQuery): PostingCursor[] | null {
  const cursors: PostingCursor[] = [];
  for (const { position, value } of filters) {
    const term = filterTerm(position, value);
    const entry = reads.term(num, term);
    if (entry === null) return null;
    cursors.push(new PostingCursor(reads, num, term, entry));
  }
  return cursors.sort((left, right) => left.documents - right.documents);
}

function wordCursors(reads: PostingReads, { num }: TextIndex, query: TextQuery, limit: number): ScoredCursor[] {
  const statistics = reads.statistics(num);
  const exact = query.words.flatMap((word) => {
    const term = wordTerm(word);
    const entry = reads.term(num, term);
    return entry === null ? [] : [{ term, entry, boost: 1 }];
  });
  const continued: typeof exact = [];
  if (query.prefix !== null) {
    const prefix = wordTerm(query.prefix);
    const known = new Set(query.words);
    // As many more as could be among the exact ones.
    for (const [term, entry] of reads.terms(num, prefix, keyPrefixEnd(prefix), limit)) {
      if (!known.has(term.toString("utf8", 1))) continued.push({ term, entry, boost: PREFIX_BOOST });
    }
  }
  return [...exact, ...continued].slice(0, Math.max(0, limit)).map(({ term, entry, boost }) => ({
    cursor: new PostingCursor(reads, num, term, entry),
    weight: termWeight(statistics, entry.documents, boost),
  }));
}

/** Keeps the best of the hits it is offered; they must come from the newest to the oldest. */
class BestHits {
  readonly #limit: number;
  readonly #worstFirst = new Heap<TextHit>((left, right) => compareHits(left, right) > 0);
  #offered = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  offer(score: number, { time, place }: PostedDocument): void {
    this.#offered++;
    const isFull = this.#worstFirst.size === this.#limit;
    // An older document that is only as good as the worst one does not replace it.
    if (isFull && score <= this.#worstFirst.top!.score) return;
    const hit = { score, creationTime: time, internal: Buffer.from(internalOf(place)) };
    if (isFull) this.#worstFirst.replaceTop(hit);
    else this.#worstFirst.push(hit);
  }

  result(): TextHits {
    return { hits: [...this.#worstFirst.items].sort(compareHits), scored: this.#offered };
  }
}

/** The order of results. Imported documents may share a creation time; they are ordered by their ids. */
function compareHits(left: TextHit, right: TextHit): number {
  return right.score - left.score || right.creationTime - left.creationTime || left.internal.compare(right.internal);
}
