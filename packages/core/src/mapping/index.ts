export type {
  AddressCall,
  BinaryExpression,
  CallExpression,
  Expression,
  ParsedTemplate,
  PathStep,
  ReferenceExpression,
  TemplateIssue,
  TemplatePart,
  TextRange,
} from "./ast.ts";
export {
  compileConfig,
  evaluateConfig,
  evaluateConfigWith,
  type CompiledConfig,
  type ConfigTemplate,
  type FieldPath,
} from "./config.ts";
export { constants, type ConstantDoc } from "./constants.ts";
export { defaultBudget, type Budget, type MissingValue, type Scope } from "./evaluation.ts";
export type { AddressKind } from "./functions/addresses.ts";
export { findFunction, functionCatalog, suggestName } from "./functions/catalog.ts";
export {
  exampleBundle,
  functionCategories,
  type ArgumentDoc,
  type ArgumentType,
  type FunctionCategory,
  type FunctionDoc,
  type FunctionExample,
} from "./functions/define.ts";
export { mappingParser } from "./grammar/generated/parser.ts";
export { parseTemplate } from "./parse.ts";
export { formatReference, formatStep, isPlainName, parsePath, pathFromKeys } from "./path.ts";
export { hasRegexEngine } from "./regex/pattern.ts";
export { loadRegexEngine } from "#regexEngine";
export { rewriteReferences } from "./rewrite.ts";
export {
  compileTemplate,
  evaluateTemplate,
  type EvaluationResult,
  type Template,
  type TemplateReference,
} from "./template.ts";
export { quoteText } from "./textLiteral.ts";
export { completeTemplate, type Completion, type CompletionContext, type CompletionResult } from "./editor/complete.ts";
export { findCallAt, formatArgument, formatSignature, type CallAtPosition } from "./editor/signature.ts";
export { listValues, typeLabel, type CompletionNode, type KnownValue } from "./editor/values.ts";
export { highlightedMappingParser, mappingHighlighting } from "./editor/highlight.ts";
export { tokenizeTemplate, type TemplateToken, type TokenKind } from "./editor/tokenize.ts";
export { readReferenceText } from "./referenceText.ts";
