import type { SyntaxNode } from "@lezer/common";
import type { TextRange } from "./ast.ts";
import { addressFunctions } from "./functions/addresses.ts";
import { mappingParser } from "./grammar/generated/parser.ts";
import * as terms from "./grammar/generated/terms.ts";

/**
 * The template with the node ids that it refers to replaced; ids that the map lacks stay. Everything else stays to the
 * letter, also in formulas that are not yet correct.
 */
export function rewriteReferences(text: string, map: ReadonlyMap<number, number>): string {
  if (!text.includes("{{") || map.size === 0) return text;
  let result = "";
  let position = 0;
  mappingParser.parse(text).iterate({
    enter: ({ type, from, to, node }) => {
      const range = type.id === terms.ReferenceStart ? startOf(text, from, to) : addressedNode(text, type.id, node);
      const id = range && map.get(Number(text.slice(range.from, range.to)));
      if (!range || id === undefined) return;
      result += `${text.slice(position, range.from)}${id}`;
      position = range.to;
    },
  });
  return result + text.slice(position);
}

/** The node's number at the start of a reference. */
const startOf = (text: string, from: number, to: number): TextRange => ({
  from,
  to: from + text.slice(from, to).indexOf("."),
});

/** The node's number in `resumeUrl(5)`. */
function addressedNode(text: string, term: number, call: SyntaxNode): TextRange | null {
  if (term !== terms.Call) return null;
  const name = call.getChild(terms.FunctionName);
  if (!name || !addressFunctions.has(text.slice(name.from, name.to))) return null;
  return call.getChild(terms.ArgumentList)?.getChild(terms.Number) ?? null;
}
