import type { SqliteDatabase } from "../store/sqlite.ts";
import { keySuccessor } from "../values/keys.ts";
import { PostingReads } from "./postingReads.ts";
import { countOf, placeAt, POSTING_BYTES, withoutPosting, withPosting } from "./postings.ts";

/** The newest postings of a term stay in its row: what is written again with every document must be small. */
const TAIL_POSTINGS = 32;
/** A full block fits into one page of SQLite. */
const BLOCK_POSTINGS = 144;

/**
 * The postings of all search indexes, in two ordered tables:
 *
 * - `search_terms`: a row per term, with its newest postings (never none, or the row goes);
 * - `search_blocks`: older postings, a block per row, under the place of the block's first posting.
 *
 * Every place in a block is below every place in the row, and blocks do not overlap. Documents come in the order of their places, so a
 * new one changes one row per word; older documents may come too (backfill, imports) and land in the middle of a block.
 */
export class PostingLists extends PostingReads {
  readonly #statements: ReturnType<typeof prepare>;

  constructor(database: SqliteDatabase) {
    super(database);
    this.#statements = prepare(database);
  }

  /** Adds a posting, or changes the one of the same document. */
  put(index: number, term: Uint8Array, place: Uint8Array, weight: number): void {
    const entry = this.term(index, term);
    if (entry === null) {
      this.#statements.addTerm.run(index, term, 1, withPosting(Buffer.alloc(0), place, weight));
      return;
    }
    const { documents, tail } = entry;
    if (documents === countOf(tail) || placeAt(tail, 0).compare(place) <= 0) {
      const longer = withPosting(tail, place, weight);
      const added = countOf(longer) - countOf(tail);
      const kept = countOf(longer) > TAIL_POSTINGS ? this.#spill(index, term, longer) : longer;
      this.#statements.changeTerm.run(documents + added, kept, index, term);
      return;
    }
    const added = this.#changeBlock(index, term, place, (block) => withPosting(block, place, weight));
    if (added !== 0) this.#statements.setDocuments.run(documents + added, index, term);
  }

  /** Removes the posting of a document, if there is one. */
  remove(index: number, term: Uint8Array, place: Uint8Array): void {
    const entry = this.term(index, term);
    if (entry === null) return;
    const { documents, tail } = entry;
    if (documents > countOf(tail) && placeAt(tail, 0).compare(place) > 0) {
      const added = this.#changeBlock(index, term, place, (block) => withoutPosting(block, place));
      if (added !== 0) this.#statements.setDocuments.run(documents + added, index, term);
      return;
    }
    const shorter = withoutPosting(tail, place);
    if (shorter === tail) return;
    if (documents === 1) this.#statements.removeTerm.run(index, term);
    else {
      const kept = shorter.length > 0 ? shorter : this.#unspill(index, term);
      this.#statements.changeTerm.run(documents - 1, kept, index, term);
    }
  }

  /** Deletes up to about `limit` rows of an index; false when none was left. */
  removeIndex(index: number, limit: number): boolean {
    const { anyTerm, anyBlock, removeTerms, removeBlocks } = this.#statements;
    if (anyTerm.get(index) === undefined && anyBlock.get(index) === undefined) return false;
    removeTerms.run(index, index, limit);
    removeBlocks.run(index, index, limit);
    return true;
  }

  /** Moves all but the newest posting into blocks; returns what stays. */
  #spill(index: number, term: Uint8Array, tail: Buffer): Buffer {
    const moved = tail.subarray(0, tail.length - POSTING_BYTES);
    const last = this.blocksBelow(index, term, placeAt(moved, 0), 1)[0];
    if (last !== undefined && countOf(last[1]) + countOf(moved) <= BLOCK_POSTINGS) {
      this.#statements.putBlock.run(index, term, last[0], Buffer.concat([last[1], moved]));
    } else {
      this.#putBlocks(index, term, moved);
    }
    return tail.subarray(tail.length - POSTING_BYTES);
  }

  /** Takes the newest block back into the row. There is one: the caller has seen that the term has more documents. */
  #unspill(index: number, term: Uint8Array): Buffer {
    const [first, postings] = this.#statements.lastBlock.get<[Uint8Array, Uint8Array]>(index, term)!;
    this.#statements.removeBlock.run(index, term, first);
    return toBuffer(postings);
  }

  /** Changes the block that has, or would have, a document; returns by how many postings it grew. */
  #changeBlock(index: number, term: Uint8Array, place: Uint8Array, change: (block: Buffer) => Buffer): number {
    const [first, postings] =
      this.blocksBelow(index, term, keySuccessor(Buffer.from(place)), 1)[0] ??
      this.#statements.firstBlock.get<[Uint8Array, Uint8Array]>(index, term)!;
    const before = toBuffer(postings);
    const after = change(before);
    if (after === before) return 0;
    if (after.length === 0 || !placeAt(after, 0).equals(first)) this.#statements.removeBlock.run(index, term, first);
    this.#putBlocks(index, term, after);
    return countOf(after) - countOf(before);
  }

  #putBlocks(index: number, term: Uint8Array, postings: Buffer): void {
    const count = countOf(postings);
    if (count === 0) return;
    if (count > BLOCK_POSTINGS) {
      const middle = (count >> 1) * POSTING_BYTES;
      this.#putBlocks(index, term, postings.subarray(0, middle));
      this.#putBlocks(index, term, postings.subarray(middle));
      return;
    }
    this.#statements.putBlock.run(index, term, placeAt(postings, 0), postings);
  }
}

function prepare(database: SqliteDatabase) {
  const block = "SELECT first, data FROM search_blocks WHERE ix = ? AND t = ?";
  const remove = (table: string, key: string) =>
    `DELETE FROM ${table} WHERE ix = ? AND (${key}) IN (SELECT ${key} FROM ${table} WHERE ix = ? LIMIT ?)`;
  return {
    addTerm: database.prepare("INSERT INTO search_terms(ix, t, n, tail) VALUES(?, ?, ?, ?)"),
    changeTerm: database.prepare("UPDATE search_terms SET n = ?, tail = ? WHERE ix = ? AND t = ?"),
    setDocuments: database.prepare("UPDATE search_terms SET n = ? WHERE ix = ? AND t = ?"),
    removeTerm: database.prepare("DELETE FROM search_terms WHERE ix = ? AND t = ?"),
    firstBlock: database.prepare(`${block} ORDER BY first LIMIT 1`),
    lastBlock: database.prepare(`${block} ORDER BY first DESC LIMIT 1`),
    putBlock: database.prepare("INSERT OR REPLACE INTO search_blocks(ix, t, first, data) VALUES(?, ?, ?, ?)"),
    removeBlock: database.prepare("DELETE FROM search_blocks WHERE ix = ? AND t = ? AND first = ?"),
    anyTerm: database.prepare("SELECT 1 FROM search_terms WHERE ix = ? LIMIT 1"),
    anyBlock: database.prepare("SELECT 1 FROM search_blocks WHERE ix = ? LIMIT 1"),
    removeTerms: database.prepare(remove("search_terms", "t")),
    removeBlocks: database.prepare(remove("search_blocks", "t, first")),
  };
}

function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
