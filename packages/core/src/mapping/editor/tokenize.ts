import type { SyntaxNode, SyntaxNodeRef } from "@lezer/common";
import type { PathStep } from "../ast.ts";
import { mappingParser } from "../grammar/generated/parser.ts";
import * as terms from "../grammar/generated/terms.ts";
import { readReferenceText } from "../referenceText.ts";

export type TokenKind =
  | "text"
  | "open"
  | "close"
  | "reference"
  | "function"
  | "variable"
  | "number"
  | "string"
  | "operator"
  | "paren"
  | "separator"
  | "space"
  | "error";

/** A piece of a template; the pieces follow each other without gaps. */
export interface TemplateToken {
  kind: TokenKind;
  /** `to` is exclusive. */
  from: number;
  to: number;
  text: string;
  /** Of a `reference`: what it reads. */
  nodeId?: number;
  path?: PathStep[];
}

const kinds: Partial<Record<number, TokenKind>> = {
  [terms.Text]: "text",
  [terms.Open]: "open",
  [terms.Close]: "close",
  [terms.Reference]: "reference",
  [terms.FunctionName]: "function",
  [terms.Variable]: "variable",
  [terms.Number]: "number",
  [terms.String]: "string",
  [terms.TimesOperator]: "operator",
  [terms.Mod]: "operator",
  [terms.Plus]: "operator",
  [terms.Minus]: "operator",
  [terms.CompareOperator]: "operator",
  [terms.And]: "operator",
  [terms.Or]: "operator",
  [terms.Not]: "operator",
  [terms.ParenOpen]: "paren",
  [terms.ParenClose]: "paren",
  [terms.Separator]: "separator",
};

/** The pieces of a template, for drawing references as pills and colouring formulas. Works on unfinished text. */
export function tokenizeTemplate(text: string): TemplateToken[] {
  const tokens: TemplateToken[] = [];
  let position = 0;
  const push = (kind: TokenKind, from: number, to: number) => {
    tokens.push({ kind, from, to, text: text.slice(from, to) });
    position = to;
  };
  const fillGap = (to: number) => {
    if (to <= position) return;
    push(text.slice(position, to).trim() === "" ? "space" : "error", position, to);
  };
  const enter = (node: SyntaxNodeRef): boolean | void => {
    const kind = kindOf(node);
    // What recovery skipped is inside an error node and becomes a gap, and so an error.
    if (node.type.isError) return false;
    if (kind === undefined || node.from < position || node.from === node.to) return kind === undefined;
    fillGap(node.from);
    push(kind, node.from, kind === "reference" ? endOfReference(node.node) : node.to);
    if (kind === "reference") Object.assign(tokens.at(-1)!, readReferenceText(tokens.at(-1)!.text));
    return false;
  };
  mappingParser.parse(text).iterate({ enter });
  fillGap(text.length);
  return tokens;
}

/** A reference whose beginning is missing (`[1]` alone) is none. */
function kindOf(node: SyntaxNodeRef): TokenKind | undefined {
  const kind = kinds[node.type.id];
  return kind === "reference" && node.node.firstChild?.type.id !== terms.ReferenceStart ? undefined : kind;
}

/** Where the last step of a reference ends: what recovery skipped behind it does not belong to it. */
function endOfReference(reference: SyntaxNode): number {
  let last = reference.firstChild;
  for (let child = last; child && !child.type.isError; child = child.nextSibling) last = child;
  return last?.to ?? reference.to;
}
