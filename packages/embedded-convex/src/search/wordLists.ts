import { termScore } from "./bm25.ts";
import { Heap } from "./heap.ts";
import type { PostedDocument, PostingCursor } from "./postingCursor.ts";
import { lengthCodeOf, occurrencesOf } from "./postings.ts";

/** A word to look for, with what it is worth: more than it adds to the score of any document. */
export interface ScoredCursor {
  cursor: PostingCursor;
  weight: number;
}

/**
 * The postings of all words of a search, document by document from the newest to the oldest.
 *
 * Words lead or follow (MaxScore): as soon as some of them together cannot make a document good enough, they are looked up only
 * in documents that have another word. So a common word beside a rare one is not read as a whole.
 */
export class WordLists {
  readonly #lengthFactors: Float64Array;
  /** Leading words, the least worth first. */
  readonly #byWeight: ScoredCursor[];
  #leading: Heap<ScoredCursor>;
  readonly #following: ScoredCursor[] = [];
  /** More than all following words together add to a score. */
  #followingWeight = 0;

  constructor(words: readonly ScoredCursor[], lengthFactors: Float64Array) {
    this.#lengthFactors = lengthFactors;
    this.#byWeight = [...words].sort((left, right) => left.weight - right.weight);
    this.#leading = newestFirst(this.#byWeight);
  }

  /** The newest document that may be good enough, or undefined at the end. */
  get current(): PostedDocument | undefined {
    return this.#leading.top?.cursor.current;
  }

  /** Goes on to a document that is older than the current one, or what comes after it. */
  skipTo(document: PostedDocument): void {
    while (this.#leading.top?.cursor.isNewerThan(document)) this.#advance((cursor) => cursor.skipTo(document.place));
  }

  /** The score of the current document, which is left behind. Something lower if it is not above `threshold`. */
  takeScore(document: PostedDocument, threshold: number): number {
    let score = 0;
    while (this.#leading.top?.cursor.isAt(document)) {
      score += this.#scoreOf(this.#leading.top);
      this.#advance((cursor) => cursor.next());
    }
    if (score + this.#followingWeight <= threshold) return score;
    for (const word of this.#following) {
      word.cursor.skipTo(document.place);
      if (word.cursor.isAt(document)) score += this.#scoreOf(word);
    }
    return score;
  }

  /** From now on only documents with a higher score matter. */
  raiseThreshold(threshold: number): void {
    const before = this.#following.length;
    for (;;) {
      const least = this.#byWeight[0];
      if (least === undefined || this.#followingWeight + least.weight > threshold) break;
      this.#byWeight.shift();
      this.#following.push(least);
      this.#followingWeight += least.weight;
    }
    if (this.#following.length > before) this.#leading = newestFirst(this.#byWeight);
  }

  #scoreOf({ cursor, weight }: ScoredCursor): number {
    const posting = cursor.weight;
    return termScore(weight, occurrencesOf(posting), this.#lengthFactors[lengthCodeOf(posting)]!);
  }

  #advance(move: (cursor: PostingCursor) => void): void {
    const word = this.#leading.top!;
    move(word.cursor);
    if (word.cursor.atEnd) this.#leading.removeTop();
    else this.#leading.replaceTop(word);
  }
}

function newestFirst(words: readonly ScoredCursor[]): Heap<ScoredCursor> {
  const heap = new Heap<ScoredCursor>((left, right) => left.cursor.compare(right.cursor) > 0);
  for (const word of words) if (!word.cursor.atEnd) heap.push(word);
  return heap;
}
