import { constants } from "../constants.ts";
import { functionCatalog } from "../functions/catalog.ts";
import type { ArgumentDoc, FunctionDoc } from "../functions/define.ts";
import { readReferenceText } from "../referenceText.ts";
import { quoteText } from "../textLiteral.ts";
import { formatSignature, innermostCall } from "./signature.ts";
import { tokenizeTemplate, type TemplateToken } from "./tokenize.ts";
import { bundleOf, fieldsIn, itemsIn, listValues, typeLabel, type CompletionNode, type KnownValue } from "./values.ts";

export interface CompletionContext {
  nodes: readonly CompletionNode[];
}

export interface Completion {
  kind: "reference" | "function" | "variable" | "choice";
  label: string;
  /** What replaces the text from `from` to `to`. */
  insert: string;
  /** Where the caret goes, counted from the start of `insert`. */
  caret: number;
  /** Node name, or signature. */
  detail: string;
  /** `text`, `number`, `list`: of a reference, as far as that is known. */
  type?: string;
  /** Sample value, or description. */
  info: string;
}

export interface CompletionResult {
  /** The range that a completion replaces. */
  from: number;
  to: number;
  options: Completion[];
}

const MAX_OPTIONS = 50;

/**
 * What can be written at a position of a template, best first: fields of earlier nodes, functions, named values; inside of a
 * quoted text what the argument may be. `null` in literal text.
 */
export function completeTemplate(text: string, position: number, context: CompletionContext): CompletionResult | null {
  const tokens = tokenizeTemplate(text);
  const quoted = findQuoted(text, tokens, position);
  if (quoted) return completeChoice(tokens, quoted, position);
  if (!isInFormula(tokens, position)) return null;
  const from = wordStart(text, position);
  const typed = text.slice(from, position);
  const options = /^\d+\./.test(typed) ? completeReference(typed, context) : completeWord(typed, context);
  return { from, to: position, options: options.slice(0, MAX_OPTIONS) };
}

/** The quoted text around a position, its end included; also one that is not closed yet. */
function findQuoted(text: string, tokens: readonly TemplateToken[], position: number): TemplateToken | null {
  const token = tokens.find(({ from, to }) => from < position && position <= to);
  if (token?.kind === "string") return token;
  // Of a quoted text without its end the parser skips the quote and reads on as best it can.
  const skipped = tokens.findLast(({ kind, from }) => kind === "error" && from < position);
  const start = skipped ? skipped.text.slice(0, position - skipped.from).search(/["']/) : -1;
  if (!skipped || start < 0) return null;
  if (tokens.some(({ kind, from, to }) => kind === "close" && from >= skipped.to && to <= position)) return null;
  const from = skipped.from + start;
  return { kind: "string", from, to: position, text: text.slice(from, position) };
}

function isInFormula(tokens: readonly TemplateToken[], position: number): boolean {
  let open = false;
  for (const token of tokens) {
    if (token.from >= position) break;
    if (token.kind === "open") open = token.to <= position;
    else if (token.kind === "close" && token.to <= position) open = false;
    else if (token.kind === "text" && token.to >= position) return false;
  }
  return open;
}

/** The start of the name or reference that ends at the position. */
function wordStart(text: string, position: number): number {
  const before = text.slice(Math.max(0, position - 500), position);
  const match = /(?:\d+\.(?:[\w$.*[\]\u00a1-\uffff-]|`[^`]*`?)*|[\w$\u00a1-\uffff]+)$/u.exec(before);
  return match ? position - match[0].length : position;
}

/** Inside of a quoted text: the texts that the argument may be, or the names of time zones. */
function completeChoice(
  tokens: readonly TemplateToken[],
  quoted: TemplateToken,
  position: number,
): CompletionResult | null {
  const argument = innermostCall(tokens, quoted.from)?.argument;
  const isBehind = position === quoted.to && quoted.text.length > 1 && quoted.text.endsWith(quoted.text.charAt(0));
  const choices = argument && !isBehind ? choicesOf(argument) : [];
  if (choices.length === 0) return null;
  const typed = quoted.text.slice(1, position - quoted.from).toLowerCase();
  const options = choices
    .filter((choice) => choice.toLowerCase().includes(typed))
    .map((choice): Completion => {
      const insert = quoteText(choice);
      return { kind: "choice", label: choice, insert, caret: insert.length, detail: argument?.name ?? "", info: "" };
    });
  return { from: quoted.from, to: quoted.to, options: options.slice(0, MAX_OPTIONS) };
}

function choicesOf({ name, choices }: ArgumentDoc): readonly string[] {
  // The host knows its time zones; nothing has to be loaded for them.
  return choices ?? (name === "timeZone" ? Intl.supportedValuesOf("timeZone") : []);
}

/** Behind `1.`: what is known of that node's bundle at the path typed so far. */
function completeReference(typed: string, context: CompletionContext): Completion[] {
  const lastDot = endOfParent(typed);
  const parent = typed.slice(0, lastDot);
  const prefix = typed
    .slice(lastDot)
    .replace(/^\.`?|^\[/, "")
    .toLowerCase();
  const read = readReferenceText(/^\d+$/.test(parent) ? `${parent}.*` : parent);
  const node = read && context.nodes.find(({ id }) => id === read.nodeId);
  if (!read || !node) return [];
  let value: KnownValue | undefined = { ...bundleOf(node), reference: parent };
  for (const step of read.path) {
    if (step.kind === "key") value = fieldsIn(value).find(({ name }) => name === step.key);
    else value = itemsIn(value)[0];
    if (!value) return [];
  }
  const inside: KnownValue = { ...value, reference: parent };
  return [...itemsIn(inside), ...fieldsIn(inside)]
    .filter(({ name }) => name.toLowerCase().startsWith(prefix))
    .map((known) => referenceOption(known, node.name));
}

/** Where the last, unfinished step of a reference begins. */
function endOfParent(typed: string): number {
  const match = /(?:\.`[^`]*`?|\.[^.[`]*|\[[^\]]*)$/.exec(typed);
  return match ? match.index : typed.length;
}

/** A bare word: nodes' fields by name, functions, named values. */
function completeWord(typed: string, context: CompletionContext): Completion[] {
  const wanted = typed.toLowerCase();
  const references = context.nodes.flatMap((node) => referencesTo(node, wanted));
  const functions = functionCatalog.filter(({ name }) => matches(name, wanted)).map(functionOption);
  const variables = [...constants.values()]
    .filter(({ name }) => matches(name, wanted))
    .map(({ name, description }): Completion => ({
      kind: "variable",
      label: name,
      insert: name,
      caret: name.length,
      detail: "value",
      info: description,
    }));
  const exactFirst = (a: Completion, b: Completion) =>
    Number(b.label.toLowerCase().startsWith(wanted)) - Number(a.label.toLowerCase().startsWith(wanted));
  return wanted === ""
    ? [...references, ...functions, ...variables]
    : [...references, ...[...functions, ...variables].sort(exactFirst)];
}

const matches = (name: string, wanted: string): boolean => name.toLowerCase().includes(wanted);

/** Without a word, or with the node's number, its own fields; with one, whatever inside of it is called so. */
function referencesTo(node: CompletionNode, wanted: string): Completion[] {
  if (wanted !== "" && String(node.id) !== wanted) {
    const values = listValues(node).filter(({ name }) => matches(name, wanted));
    return values.map((value) => referenceOption(value, node.name));
  }
  const bundle = bundleOf(node);
  const fields = fieldsIn(bundle).map((value) => referenceOption(value, node.name));
  return [...fields, referenceOption({ ...bundle, reference: `${node.id}.*` }, node.name)];
}

const referenceOption = (value: KnownValue, nodeName: string): Completion => ({
  kind: "reference",
  label: value.reference,
  insert: value.reference,
  caret: value.reference.length,
  detail: nodeName,
  type: typeLabel(value),
  info: value.sample === undefined ? "" : (JSON.stringify(value.sample) ?? "").slice(0, 80),
});

function functionOption(doc: FunctionDoc): Completion {
  return {
    kind: "function",
    label: doc.name,
    insert: `${doc.name}()`,
    caret: doc.name.length + (doc.args.length > 0 ? 1 : 2),
    detail: formatSignature(doc),
    info: doc.description,
  };
}
