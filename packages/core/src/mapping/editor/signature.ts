import { findFunction } from "../functions/catalog.ts";
import type { ArgumentDoc, FunctionDoc } from "../functions/define.ts";
import { tokenizeTemplate, type TemplateToken } from "./tokenize.ts";

/** The call around a position, and which of its arguments stands there. */
export interface CallAtPosition {
  doc: FunctionDoc;
  /** Of the function's name. */
  from: number;
  /** Place of the argument in the call, from 0. */
  index: number;
  /** The argument's documentation; `null` where the function takes no more. */
  argument: ArgumentDoc | null;
}

/** The innermost call whose arguments a position is among. Works on unfinished text. */
export function findCallAt(text: string, position: number): CallAtPosition | null {
  return innermostCall(tokenizeTemplate(text), position);
}

export function innermostCall(tokens: readonly TemplateToken[], position: number): CallAtPosition | null {
  // Open parentheses; those of a group have no name.
  let open: { name: TemplateToken | null; index: number }[] = [];
  let name: TemplateToken | null = null;
  for (const token of tokens) {
    if (token.from >= position) break;
    if (token.kind === "open" || (token.kind === "close" && token.to <= position)) open = [];
    else if (token.kind === "paren" && token.text === "(") {
      if (token.to <= position) open.push({ name, index: 0 });
    } else if (token.kind === "paren") open.pop();
    else if (token.kind === "separator" && open.length > 0) open.at(-1)!.index += 1;
    if (token.kind !== "space") name = token.kind === "function" ? token : null;
  }
  const call = open.findLast((each) => each.name !== null);
  const doc = call?.name ? findFunction(call.name.text) : undefined;
  if (!call?.name || !doc) return null;
  return { doc, from: call.name.from, index: call.index, argument: argumentAt(doc, call.index) };
}

/** The last argument of a function may be given any number of times. */
function argumentAt(doc: FunctionDoc, index: number): ArgumentDoc | null {
  const last = doc.args.at(-1);
  return doc.args[index] ?? (last?.rest ? last : null);
}

/** `round(number; decimals?)`, `sum(values...)`. */
export const formatSignature = (doc: FunctionDoc): string => `${doc.name}(${doc.args.map(formatArgument).join("; ")})`;

/** `decimals?`, `values...` */
export const formatArgument = ({ name, optional, rest }: ArgumentDoc): string =>
  `${name}${rest ? "..." : optional ? "?" : ""}`;
