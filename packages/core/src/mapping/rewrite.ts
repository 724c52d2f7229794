import { mappingParser } from "./grammar/generated/parser.ts";
import * as terms from "./grammar/generated/terms.ts";

/**
 * The template with the node ids of its references replaced; ids that the map lacks stay. Everything else stays to the
 * letter, also in formulas that are not yet correct.
 */
export function rewriteReferences(text: string, map: ReadonlyMap<number, number>): string {
  if (!text.includes("{{") || map.size === 0) return text;
  let result = "";
  let position = 0;
  mappingParser.parse(text).iterate({
    enter: ({ type, from, to }) => {
      if (type.id !== terms.ReferenceStart) return;
      const end = from + text.slice(from, to).indexOf(".");
      const id = map.get(Number(text.slice(from, end)));
      if (id === undefined) return;
      result += `${text.slice(position, from)}${id}`;
      position = end;
    },
  });
  return result + text.slice(position);
}
