import { keySuccessor } from "../values/keys.ts";
import type { PostingReads, TermEntry } from "./postingReads.ts";
import { countOf, findPosition, PLACE_BYTES, placeAt, POSTING_BYTES } from "./postings.ts";

const MAX_BLOCKS_AHEAD = 16;

/** A document of a posting. */
export interface PostedDocument {
  /** Its creation time, ms. */
  time: number;
  /** See `postings.ts`. */
  place: Buffer;
}

/**
 * The postings of one term from the newest to the oldest. Reads blocks as they are needed: more of them at once while it goes
 * from one to the next, a single one after a jump. Must not be used across writes.
 */
export class PostingCursor {
  /** How many documents have the term. */
  readonly documents: number;
  /** Creation time of the current document, ms; negative at the end. Enough to order almost all documents. */
  time = 0;
  readonly #reads: PostingReads;
  readonly #index: number;
  readonly #term: Uint8Array;
  #list: Buffer;
  #position: number;
  /** Blocks that have been read and not looked at, the next one last. */
  #ahead: Buffer[] = [];
  /** All blocks that begin below this place have not been read; null when there are none. */
  #unreadBelow: Buffer | null;
  #blocksAhead = 1;

  constructor(reads: PostingReads, index: number, term: Uint8Array, { documents, tail }: TermEntry) {
    this.documents = documents;
    this.#reads = reads;
    this.#index = index;
    this.#term = term;
    this.#list = tail;
    this.#position = countOf(tail);
    this.#unreadBelow = documents > countOf(tail) ? placeAt(tail, 0) : null;
    this.next();
  }

  get atEnd(): boolean {
    return this.time < 0;
  }

  /** Stays valid when the cursor goes on. */
  get current(): PostedDocument {
    return { time: this.time, place: placeAt(this.#list, this.#position) };
  }

  /** The packed weight of the current posting. */
  get weight(): number {
    return this.#list.readUInt32BE(this.#position * POSTING_BYTES + PLACE_BYTES);
  }

  /** How the current documents of two cursors are ordered, newer ones being greater. Neither may be at its end. */
  compare(other: PostingCursor): number {
    if (this.time !== other.time) return this.time - other.time;
    return -other.#comparePlace(this.#list, this.#position * POSTING_BYTES);
  }

  /** Whether the cursor, which is not at its end, has still to come to a document. */
  isNewerThan({ time, place }: PostedDocument): boolean {
    return this.time !== time ? this.time > time : this.#comparePlace(place, 0) > 0;
  }

  /** Whether it has come to a document. */
  isAt({ time, place }: PostedDocument): boolean {
    return this.time === time && this.#comparePlace(place, 0) === 0;
  }

  /** Goes on to the next older document. */
  next(): void {
    if (this.#position === 0) {
      if (this.#ahead.length === 0 && this.#unreadBelow !== null) {
        this.#read(this.#unreadBelow, this.#blocksAhead);
        this.#blocksAhead = Math.min(this.#blocksAhead * 2, MAX_BLOCKS_AHEAD);
      }
      const block = this.#ahead.pop();
      if (block === undefined) {
        this.time = -1;
        return;
      }
      this.#list = block;
      this.#position = countOf(block);
    }
    this.#moveTo(this.#position - 1);
  }

  /** Goes on to the newest document that is not newer than `place`; stays if the current one is not. */
  skipTo(place: Uint8Array): void {
    if (this.atEnd) return;
    while (this.#list.compare(place, 0, PLACE_BYTES, 0, PLACE_BYTES) > 0) {
      if (this.#ahead.length === 0 && this.#unreadBelow !== null) {
        this.#blocksAhead = 1;
        this.#read(keySuccessor(Buffer.from(place)), 1);
      }
      const block = this.#ahead.pop();
      if (block === undefined) {
        this.time = -1;
        return;
      }
      this.#list = block;
      this.#position = countOf(block);
    }
    const position = findPosition(this.#list, place);
    const found =
      position < countOf(this.#list) && placeAt(this.#list, position).equals(place) ? position : position - 1;
    if (found < this.#position) this.#moveTo(found);
  }

  #comparePlace(bytes: Buffer, start: number): number {
    const own = this.#position * POSTING_BYTES;
    return this.#list.compare(bytes, start, start + PLACE_BYTES, own, own + PLACE_BYTES);
  }

  #moveTo(position: number): void {
    this.#position = position;
    this.time = this.#list.readDoubleBE(position * POSTING_BYTES);
  }

  #read(below: Buffer, limit: number): void {
    const blocks = this.#reads.blocksBelow(this.#index, this.#term, below, limit);
    const oldest = blocks.at(-1);
    this.#unreadBelow = blocks.length < limit || oldest === undefined ? null : Buffer.from(oldest[0]);
    this.#ahead = blocks
      .map(([, postings]) => Buffer.from(postings.buffer, postings.byteOffset, postings.length))
      .reverse();
  }
}
