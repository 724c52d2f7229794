import type { FilterRead } from "../transaction/readSet.ts";
import type { ConvexJson } from "../values/json.ts";
import { filterValue, type TextIndex } from "./definitions.ts";
import { tokenize } from "./tokenizer.ts";

/** What `q.search(...)` and `q.eq(...)` of `convex/server` are serialized to. Values are Convex JSON, or `{ $undefined: null }`. */
export type SearchFilterExpression =
  { type: "Search"; fieldPath: string; value: string } | { type: "Eq"; fieldPath: string; value: ConvexJson };

/** A search that fits its index. */
export interface TextQuery {
  /** Words that must occur as they are; each once. */
  words: readonly string[];
  /** The last word, which also stands for all words that begin with it; null if there are no words. */
  prefix: string | null;
  filters: readonly FilterRead[];
}

/** Convex's limit; further words are left out, silently as there. */
const MAX_WORDS = 16;
/** Convex's limit. */
const MAX_FILTERS = 8;

/**
 * Checks a search against the definition of its index.
 *
 * @param name `table.index`, for messages.
 * @param decode turns the encoding of `undefined` into undefined.
 * @throws with Convex's messages if the expressions do not fit.
 */
export function compileTextQuery(
  index: TextIndex,
  name: string,
  expressions: readonly SearchFilterExpression[],
  decode: (value: ConvexJson) => ConvexJson | undefined,
): TextQuery {
  let text: string | null = null;
  const filters: FilterRead[] = [];
  for (const expression of expressions) {
    if (expression.type === "Eq") {
      const position = index.filterFields.indexOf(expression.fieldPath);
      if (position < 0) throw new Error(foreignFilter(name, expression.fieldPath));
      filters.push({ position, value: filterValue(decode(expression.value)) });
      continue;
    }
    if (expression.fieldPath !== index.searchField) throw new Error(foreignField(name, index, expression.fieldPath));
    if (text !== null) throw new Error(duplicateSearch(name, expression.fieldPath));
    text = expression.value;
  }
  if (text === null) throw new Error(missingSearch(name, index));
  if (filters.length > MAX_FILTERS) {
    throw new Error(
      `Search query against ${name} has too many filter conditions. Max: ${MAX_FILTERS} Actual: ${filters.length}`,
    );
  }
  const words: string[] = [];
  for (const word of tokenize(text)) {
    if (words.push(word) === MAX_WORDS) break;
  }
  return { words: [...new Set(words)], prefix: words.at(-1) ?? null, filters };
}

function foreignFilter(name: string, field: string): string {
  return `Search query against ${name} contains an equality filter on "${field}" but that field isn't indexed for filtering in \`filterFields\`.`;
}

function foreignField(name: string, { searchField }: TextIndex, field: string): string {
  return `Search query against ${name} contains a search filter against "${field}", which doesn't match the indexed \`searchField\` "${searchField}".`;
}

function duplicateSearch(name: string, field: string): string {
  return `Search query against ${name} contains multiple search filters against "${field}". Only one is allowed.`;
}

/** Convex really quotes the field twice. */
function missingSearch(name: string, { searchField }: TextIndex): string {
  return `Search query against ${name} does not contain any search filters. You must include a search filter like \`q.search(""${searchField}"", searchText)\`.`;
}
