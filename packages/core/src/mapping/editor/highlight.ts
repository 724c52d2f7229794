import { styleTags, tags } from "@lezer/highlight";
import { mappingParser } from "../grammar/generated/parser.ts";

/** Highlighting tags of the grammar's nodes, for CodeMirror and for `highlightTree`. */
export const mappingHighlighting = /* @__PURE__ */ styleTags({
  Text: tags.content,
  "Open Close": tags.brace,
  Number: tags.number,
  String: tags.string,
  "ReferenceStart Property Index": tags.propertyName,
  Variable: tags.constant(tags.variableName),
  FunctionName: tags.function(tags.variableName),
  "TimesOperator Mod Plus Minus": tags.arithmeticOperator,
  CompareOperator: tags.compareOperator,
  "And Or Not": tags.logicOperator,
  "ParenOpen ParenClose": tags.paren,
  Separator: tags.separator,
});

/** The grammar's parser with highlighting tags. */
export const highlightedMappingParser = /* @__PURE__ */ mappingParser.configure({ props: [mappingHighlighting] });
