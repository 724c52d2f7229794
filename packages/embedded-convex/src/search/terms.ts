/** The keys of a text search index: its words, then the values of its filter fields. */

/** The place of a word among the terms of an index. */
export function wordTerm(word: string): Buffer {
  return Buffer.from(`\0${word}`);
}

/** The place of a filter value among the terms of an index; `position` is that of its field in `filterFields`. */
export function filterTerm(position: number, value: string): Buffer {
  return Buffer.from(String.fromCharCode(position + 1) + value, "latin1");
}
