import type { Completion, CompletionContext, CompletionResult } from "@codemirror/autocomplete";
import { formatReference, functionCatalog, pathFromKeys } from "@patchbay/core";
import type { FunctionDoc, JsonValue } from "@patchbay/core";
import { formulaAt } from "./formulaTokens.ts";
import type { SourceNode } from "./samples.ts";

/** How deep below a node completions go; deeper values are a dot away. */
const MAX_DEPTH = 4;
const MAX_PER_NODE = 200;

export interface ValuePath {
  /** `1.body.items[].price` */
  reference: string;
  /** `body.items[].price` */
  path: string;
  value: JsonValue;
}

/** The values inside a sample that a formula can read, parents before children. Lists stand for all of their items. */
export function valuePaths(source: Pick<SourceNode, "id" | "sample">): ValuePath[] {
  const found: ValuePath[] = [];
  const visit = (value: JsonValue, reference: string, depth: number) => {
    if (found.length >= MAX_PER_NODE) return;
    found.push({ reference, path: reference.slice(String(source.id).length).replace(/^\./, ""), value });
    if (depth >= MAX_DEPTH) return;
    const inside = Array.isArray(value) ? value[0] : value;
    const base = Array.isArray(value) ? `${reference}[]` : reference;
    if (typeof inside !== "object" || inside === null || Array.isArray(inside)) return;
    for (const [key, child] of Object.entries(inside)) visit(child, `${base}${stepText(key)}`, depth + 1);
  };
  if (source.sample === undefined) return found;
  const root = source.sample;
  if (typeof root === "object" && root !== null && !Array.isArray(root)) {
    for (const [key, child] of bodyFirst(Object.entries(root))) visit(child, `${source.id}${stepText(key)}`, 1);
  }
  return found;
}

/** Of a request or an answer, the body is what people look for. */
function bodyFirst<T>(entries: [string, T][]): [string, T][] {
  return entries.toSorted(([a], [b]) => Number(b === "body") - Number(a === "body"));
}

/** `.total`, in backticks where the name needs them. */
function stepText(key: string): string {
  return formatReference(0, pathFromKeys([key])).slice(1);
}

/** Offers values and functions inside formulas, and after `{{`. */
export function completeFormula(context: CompletionContext, sources: readonly SourceNode[]): CompletionResult | null {
  const text = context.state.doc.toString();
  const formula = formulaAt(text, context.pos);
  if (!formula) return null;
  const typed = /[\w.`[\]$]*$/.exec(text.slice(formula.from, context.pos))?.[0] ?? "";
  if (typed === "" && !context.explicit && text.slice(context.pos - 2, context.pos) !== "{{") return null;
  const isUnclosed = text.indexOf("}}", context.pos) < 0;
  const options = [...sources.flatMap((source) => valueOptions(source, isUnclosed)), ...functionOptions];
  return { from: context.pos - typed.length, options, filter: true, validFor: /^[\w.`[\]$]*$/ };
}

function valueOptions(source: SourceNode, isUnclosed: boolean): Completion[] {
  return valuePaths(source).map(({ reference, path, value }) => ({
    // Filtering matches the path too, so that "total" finds 1.body.total.
    label: reference,
    displayLabel: path,
    detail: `${source.id} ${source.title}`,
    info: sampleText(value),
    type: "value",
    boost: 1,
    apply: isUnclosed ? `${reference}}}` : reference,
  }));
}

const functionOptions: Completion[] = functionCatalog.map((doc) => ({
  label: doc.name,
  detail: signature(doc),
  info: doc.description,
  type: "function",
  apply: (view, _completion, from, to) => {
    const insert = `${doc.name}()`;
    view.dispatch({
      changes: { from, to, insert },
      selection: { anchor: from + insert.length - (doc.args.length > 0 ? 1 : 0) },
    });
  },
}));

/** `(text; start; [end])` */
export function signature(doc: FunctionDoc): string {
  const args = doc.args.map(
    (arg) => `${arg.optional ? "[" : ""}${arg.name}${arg.rest ? "..." : ""}${arg.optional ? "]" : ""}`,
  );
  return `(${args.join("; ")})`;
}

/** A value as one short line. */
export function sampleText(value: JsonValue | undefined): string {
  if (value === undefined) return "empty";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}
