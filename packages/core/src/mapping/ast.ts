import type { JsonValue } from "../definition/schema.ts";

/** Characters in the template's text, `to` exclusive. */
export interface TextRange {
  from: number;
  to: number;
}

/** One step of a reference: a field, an item (from 1, or from the end when negative), or all items. */
export type PathStep = { kind: "key"; key: string } | { kind: "item"; index: number } | { kind: "each" };

export interface LiteralExpression extends TextRange {
  type: "literal";
  value: JsonValue | undefined;
}
export interface VariableExpression extends TextRange {
  type: "variable";
  name: string;
}
export interface ReferenceExpression extends TextRange {
  type: "reference";
  nodeId: number;
  path: PathStep[];
  /** Where each step of the path stands. */
  stepRanges: TextRange[];
}
export interface CallExpression extends TextRange {
  type: "call";
  name: string;
  /** `null` where an argument was left empty. */
  args: (Expression | null)[];
}
export interface UnaryExpression extends TextRange {
  type: "unary";
  operator: "-" | "not";
  operand: Expression;
}
export type BinaryOperator = "+" | "-" | "*" | "/" | "%" | "=" | "!=" | "<" | "<=" | ">" | ">=" | "and" | "or";
export interface BinaryExpression extends TextRange {
  type: "binary";
  operator: BinaryOperator;
  left: Expression;
  right: Expression;
}
export type Expression =
  LiteralExpression | VariableExpression | ReferenceExpression | CallExpression | UnaryExpression | BinaryExpression;

export interface TextPart extends TextRange {
  type: "text";
  text: string;
}
export type TemplatePart = TextPart | Expression;

/** A fault in a template, with the range to underline. */
export interface TemplateIssue extends TextRange {
  message: string;
}

export interface ParsedTemplate {
  parts: TemplatePart[];
  issues: TemplateIssue[];
  references: ReferenceExpression[];
  addresses: AddressCall[];
}

/** A call of `resumeUrl` or `approvalUrl`, and the node that it names; null where that is not written out. */
export interface AddressCall extends TextRange {
  name: string;
  nodeId: number | null;
}

/** Calls `visit` for the expression and everything inside it. */
export function visitExpression(expression: Expression, visit: (expression: Expression) => void): void {
  visit(expression);
  if (expression.type === "call") {
    for (const argument of expression.args) if (argument) visitExpression(argument, visit);
  } else if (expression.type === "unary") {
    visitExpression(expression.operand, visit);
  } else if (expression.type === "binary") {
    visitExpression(expression.left, visit);
    visitExpression(expression.right, visit);
  }
}
