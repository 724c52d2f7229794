import { keyPrefixEnd } from "../values/keys.ts";
import { lengthFactors, termWeight } from "./bm25.ts";
import type { TextIndex } from "./definitions.ts";
import { Heap } from "./heap.ts";
import { type PostedDocument, PostingCursor } from "./postingCursor.ts";
import type { PostingReads } from "./postingReads.ts";
import { internalOf } from "./postings.ts";
import { filterTerm, wordTerm } from "./terms.ts";
import type { TextQuery } from "./textQuery.ts";
import { type ScoredCursor, WordLists } from "./wordLists.ts";

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

/**
 * The best documents for a query, the best one first, equally good ones from the newest to the oldest.
 *
 * Filters, and words that can only be found in documents which are good enough anyway, jump over documents: blocks of postings in
 * between are never read. So the cost follows the shortest lists.
 *
 * @param limit how many are wanted, 1 or more.
 */
export function searchText(reads: PostingReads, index: TextIndex, query: TextQuery, limit: number): TextHits {
  const required = filterCursors(reads, index, query);
  const best = new BestHits(limit);
  if (required === null) return best.result();
  const words = new WordLists(
    wordCursors(reads, index, query, MAX_TERMS - required.length),
    lengthFactors(reads.statistics(index.num)),
  );
  for (;;) {
    const document = words.current;
    if (document === undefined) return best.result();
    const obstacle = required.length === 0 ? undefined : required.find((filter) => !reaches(filter, document));
    if (obstacle !== undefined) {
      if (obstacle.atEnd) return best.result();
      words.skipTo(obstacle.current);
      continue;
    }
    if (best.offer(Math.fround(words.takeScore(document, best.threshold)), document))
      words.raiseThreshold(best.threshold);
  }
}

/** Lets a filter go on to a document; false if the filter does not have it. */
function reaches(filter: PostingCursor, document: PostedDocument): boolean {
  filter.skipTo(document.place);
  return filter.isAt(document);
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

  /** Only a document with a higher score changes anything. */
  get threshold(): number {
    return this.#worstFirst.size < this.#limit ? -Infinity : this.#worstFirst.top!.score;
  }

  /** Whether the document is among the best so far. */
  offer(score: number, { time, place }: PostedDocument): boolean {
    this.#offered++;
    // An older document that is only as good as the worst one does not replace it.
    if (score <= this.threshold) return false;
    const hit = { score, creationTime: time, internal: Buffer.from(internalOf(place)) };
    if (this.#worstFirst.size === this.#limit) this.#worstFirst.replaceTop(hit);
    else this.#worstFirst.push(hit);
    return true;
  }

  result(): TextHits {
    return { hits: [...this.#worstFirst.items].sort(compareHits), scored: this.#offered };
  }
}

/** The order of results. Imported documents may share a creation time; the higher id comes first then, as postings are read. */
function compareHits(left: TextHit, right: TextHit): number {
  return right.score - left.score || right.creationTime - left.creationTime || right.internal.compare(left.internal);
}
