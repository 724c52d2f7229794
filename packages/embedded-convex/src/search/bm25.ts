/**
 * Okapi BM25 as tantivy computes it, with its constants and its one-byte document lengths: so the order of results, including
 * which ones tie, is that of Convex.
 */

const K1 = 1.2;
const B = 0.75;

/** What the scores of one query depend on besides its terms: the whole index, filters notwithstanding. */
export interface CollectionStatistics {
  /** All documents of the table. */
  documents: number;
  /** All words of all documents. */
  words: number;
}

/**
 * The lengths that one byte can stand for: exact up to 40, then with three significant bits after the leading one (Lucene's
 * SmallFloat.byte4ToInt).
 */
const LENGTHS = Float64Array.from({ length: 256 }, (_, code) => {
  const free = 24;
  if (code < free) return code;
  const bits = (code - free) & 7;
  const shift = ((code - free) >> 3) - 1;
  return free + (shift < 0 ? bits : (bits | 8) * 2 ** shift);
});

/** The byte for a document of `length` words: that of the greatest length that is not above it. */
export function lengthCode(length: number): number {
  let low = 0;
  let high = LENGTHS.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (LENGTHS[middle]! <= length) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** What each length contributes to the denominator of a score, by its code. */
export function lengthFactors({ documents, words }: CollectionStatistics): Float64Array {
  const average = words / Math.max(1, documents);
  return LENGTHS.map((length) => K1 * (1 - B + (average === 0 ? 0 : (B * length) / average)));
}

/** How much a term says about a document: the rarer, the more. `boost` scales it. */
export function termWeight({ documents }: CollectionStatistics, documentsWithTerm: number, boost: number): number {
  const rarity = Math.log(1 + (Math.max(0, documents - documentsWithTerm) + 0.5) / (documentsWithTerm + 0.5));
  return boost * rarity * (1 + K1);
}

/** The score of one term in one document. */
export function termScore(weight: number, occurrences: number, lengthFactor: number): number {
  return (weight * occurrences) / (occurrences + lengthFactor);
}
