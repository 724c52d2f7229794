import { convexToJson, jsonToConvex, type Value } from "convex/values";
import type { ConvexJson, ConvexJsonObject } from "../values/json.ts";
import { displayValue } from "../values/display.ts";
import { compareJson, getField } from "../values/keys.ts";
import { decodeUndefined } from "./queryTypes.ts";

type Operand = ConvexJson | undefined;

/** Whether a document passes a `filter` expression. @throws if the expression does not give a boolean, as the backend does. */
export function passesFilter(document: ConvexJsonObject, expression: ConvexJson): boolean {
  return toBoolean(evaluate(document, expression));
}

function toBoolean(value: Operand): boolean {
  if (typeof value === "boolean") return value;
  throw new Error(`Cannot use value ${display(value)} as a Boolean`);
}

/** A value with its type, as the backend's messages have it. */
function display(value: Operand): string {
  return `${value === undefined ? "undefined" : displayValue(value)} (type ${typeName(value)})`;
}

function typeName(value: Operand): string {
  if (value === undefined) return "undefined";
  if (value === null) return "Null";
  if (typeof value !== "object") return TYPE_NAMES[typeof value as keyof typeof TYPE_NAMES];
  if (Array.isArray(value)) return "Array";
  if (value.$integer !== undefined || value.$commitTs === null) return "Int64";
  if (value.$float !== undefined) return "Float64";
  return value.$bytes === undefined ? "Object" : "Bytes";
}

const TYPE_NAMES = { number: "Float64", string: "String", boolean: "Boolean" } as const;

function evaluate(document: ConvexJsonObject, expression: ConvexJson): Operand {
  const [operator, operand] = Object.entries(expression as ConvexJsonObject)[0] ?? ["", null];
  switch (operator) {
    case "$literal":
      return decodeUndefined(operand);
    case "$field":
      return getField(document, operand as string);
    case "$and":
      return (operand as ConvexJson[]).every((part) => toBoolean(evaluate(document, part)));
    case "$or":
      return (operand as ConvexJson[]).some((part) => toBoolean(evaluate(document, part)));
    case "$not":
      return !toBoolean(evaluate(document, operand));
    case "$neg":
      return arithmetic("$neg", evaluate(document, operand), undefined);
    default: {
      const [left, right] = operand as [ConvexJson, ConvexJson];
      return binary(operator, evaluate(document, left), evaluate(document, right));
    }
  }
}

function binary(operator: string, left: Operand, right: Operand): Operand {
  switch (operator) {
    case "$eq":
      return compareJson(left, right) === 0;
    case "$neq":
      return compareJson(left, right) !== 0;
    case "$lt":
      return compareJson(left, right) < 0;
    case "$lte":
      return compareJson(left, right) <= 0;
    case "$gt":
      return compareJson(left, right) > 0;
    case "$gte":
      return compareJson(left, right) >= 0;
    default:
      return arithmetic(operator, left, right);
  }
}

/** Arithmetic is defined for two int64 or two float64 values. @throws for other operands. */
function arithmetic(operator: string, left: Operand, right: Operand): Operand {
  const a = left === undefined ? undefined : jsonToConvex(left);
  const b = operator === "$neg" ? a : right === undefined ? undefined : jsonToConvex(right);
  let result: Value | undefined;
  if (typeof a === "number" && typeof b === "number") result = floats(operator, a, b);
  else if (typeof a === "bigint" && typeof b === "bigint") result = integers(operator, a, b);
  if (result === undefined) {
    const operands = operator === "$neg" ? display(left) : `${display(left)} and ${display(right)}`;
    throw new Error(`Cannot ${VERBS[operator] ?? operator} ${operands}`);
  }
  return convexToJson(result);
}

const VERBS: Readonly<Record<string, string>> = {
  $add: "add",
  $sub: "subtract",
  $mul: "multiply",
  $div: "divide",
  $mod: "mod",
  $neg: "negate",
};

function floats(operator: string, a: number, b: number): number | undefined {
  switch (operator) {
    case "$add":
      return a + b;
    case "$sub":
      return a - b;
    case "$mul":
      return a * b;
    case "$div":
      return a / b;
    case "$mod":
      return a % b;
    case "$neg":
      return -a;
    default:
      return undefined;
  }
}

function integers(operator: string, a: bigint, b: bigint): bigint | undefined {
  if ((operator === "$div" || operator === "$mod") && b === 0n) throw new Error("Division by zero in a filter");
  switch (operator) {
    case "$add":
      return BigInt.asIntN(64, a + b);
    case "$sub":
      return BigInt.asIntN(64, a - b);
    case "$mul":
      return BigInt.asIntN(64, a * b);
    case "$div":
      return BigInt.asIntN(64, a / b);
    case "$mod":
      return a % b;
    case "$neg":
      return BigInt.asIntN(64, -a);
    default:
      return undefined;
  }
}
