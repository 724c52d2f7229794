/**
 * Words as Convex's search sees them (tantivy's SimpleTokenizer, RemoveLongFilter and LowerCaser, in this order): maximal runs of
 * alphanumeric characters, without those of 32 UTF-8 bytes or more, in lower case. No stemming, no stop words.
 */

const WORD = /[\p{Alphabetic}\p{N}]+/gu;
const WORD_LIMIT_BYTES = 32;
/** The one letter whose lower case depends on its place in a word in JavaScript, but not in tantivy. */
const SIGMA = "\u03a3";

/** The words of a text, in order, with repetitions. */
export function* tokenize(text: string): Generator<string> {
  for (const [word] of text.matchAll(WORD)) {
    // A UTF-16 unit is at most 3 bytes: short words need no counting.
    if (word.length * 3 >= WORD_LIMIT_BYTES && Buffer.byteLength(word) >= WORD_LIMIT_BYTES) continue;
    yield word.includes(SIGMA) ? Array.from(word, (character) => character.toLowerCase()).join("") : word.toLowerCase();
  }
}

/** How often each word occurs in a text, and how many there are in all. */
export function countWords(text: string): { counts: Map<string, number>; total: number } {
  const counts = new Map<string, number>();
  let total = 0;
  for (const word of tokenize(text)) {
    counts.set(word, (counts.get(word) ?? 0) + 1);
    total++;
  }
  return { counts, total };
}
