import type { JsonValue, NodeId } from "../../definition/schema.ts";
import { constants } from "../constants.ts";
import { functionCatalog } from "../functions/catalog.ts";
import type { FunctionDoc } from "../functions/define.ts";
import { formatReference, formatStep } from "../path.ts";
import { isObject, type Value } from "../values.ts";
import { tokenizeTemplate, type TemplateToken } from "./tokenize.ts";
import { readReferenceText } from "../referenceText.ts";
import { readField, readItem } from "../reference.ts";

/** What completion knows about a node that can be read at the place (`upstreamNodes`). */
export interface CompletionNode {
  id: NodeId;
  name: string;
  /** A bundle as it may look: from the last run, or the manifest's sample. */
  sample?: JsonValue;
}

export interface CompletionContext {
  nodes: readonly CompletionNode[];
}

export interface Completion {
  kind: "reference" | "function" | "variable";
  label: string;
  /** What replaces the text from `from` to `to`. */
  insert: string;
  /** Where the caret goes, counted from the start of `insert`. */
  caret: number;
  /** Node name, or signature. */
  detail: string;
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
 * What can be written at a position of a template, best first: fields of earlier nodes, functions, named values. `null`
 * in literal text and inside of quoted texts.
 */
export function completeTemplate(text: string, position: number, context: CompletionContext): CompletionResult | null {
  const tokens = tokenizeTemplate(text);
  if (!isInFormula(tokens, position)) return null;
  const from = wordStart(text, position);
  const typed = text.slice(from, position);
  const reference = /^\d+\./.test(typed) ? typed : null;
  const options = reference ? completeReference(reference, context) : completeWord(typed, context);
  return { from, to: position, options: options.slice(0, MAX_OPTIONS) };
}

function isInFormula(tokens: readonly TemplateToken[], position: number): boolean {
  let open = false;
  for (const token of tokens) {
    if (token.from >= position) break;
    if (token.kind === "open") open = token.to <= position;
    else if (token.kind === "close" && token.to <= position) open = false;
    else if ((token.kind === "string" || token.kind === "text") && token.to >= position) return false;
  }
  return open;
}

/** The start of the name or reference that ends at the position. */
function wordStart(text: string, position: number): number {
  const before = text.slice(Math.max(0, position - 500), position);
  const match = /(?:\d+\.(?:[\w$.*[\]\u00a1-\uffff-]|`[^`]*`?)*|[\w$\u00a1-\uffff]+)$/u.exec(before);
  return match ? position - match[0].length : position;
}

/** Behind `1.`: the fields of that node's sample at the path typed so far. */
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
  let value: Value = node.sample;
  for (const step of read.path) {
    if (step.kind === "key") value = readField(value, step.key);
    else value = readItem(value, step.kind === "item" ? step.index : 1);
  }
  return fieldsOf(value)
    .filter(({ name }) => name.toLowerCase().startsWith(prefix))
    .map(({ step, value: inside }) => referenceOption(`${parent}${step}`, node.name, inside));
}

/** Where the last, unfinished step of a reference begins. */
function endOfParent(typed: string): number {
  const match = /(?:\.`[^`]*`?|\.[^.[`]*|\[[^\]]*)$/.exec(typed);
  return match ? match.index : typed.length;
}

function fieldsOf(value: Value): { name: string; step: string; value: Value }[] {
  if (Array.isArray(value)) {
    const items = value
      .slice(0, 3)
      .map((item, index) => ({ name: `${index + 1}`, step: `[${index + 1}]`, value: item }));
    return [{ name: "", step: "[]", value }, ...items];
  }
  if (!isObject(value)) return [];
  return Object.keys(value)
    .filter((name) => !name.includes("`") && name !== "" && name !== "__proto__")
    .map((name) => ({ name, step: formatStep({ kind: "key", key: name }), value: value[name] }));
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

/** Fields of the sample, two levels deep, whose name has what was typed; or whose node has that number. */
function referencesTo(node: CompletionNode, wanted: string): Completion[] {
  const byNumber = String(node.id) === wanted || wanted === "";
  const options: Completion[] = [];
  for (const field of fieldsOf(node.sample)) {
    if (byNumber || matches(field.name, wanted))
      options.push(referenceOption(`${node.id}${field.step}`, node.name, field.value));
    if (!isObject(field.value)) continue;
    for (const inner of fieldsOf(field.value)) {
      if (wanted === "" || !matches(inner.name, wanted)) continue;
      options.push(referenceOption(`${node.id}${field.step}${inner.step}`, node.name, inner.value));
    }
  }
  if (byNumber) options.push(referenceOption(formatReference(node.id, []), node.name, node.sample));
  return options;
}

const referenceOption = (reference: string, nodeName: string, value: Value): Completion => ({
  kind: "reference",
  label: reference,
  insert: reference,
  caret: reference.length,
  detail: nodeName,
  info: value === undefined ? "" : (JSON.stringify(value) ?? "").slice(0, 80),
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

/** `round(number; decimals?)`, `sum(values...)`. */
export function formatSignature(doc: FunctionDoc): string {
  const args = doc.args.map(({ name, optional, rest }) => `${name}${rest ? "..." : optional ? "?" : ""}`);
  return `${doc.name}(${args.join("; ")})`;
}
