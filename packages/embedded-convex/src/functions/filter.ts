import { convexToJson, jsonToConvex, type Value } from "convex/values";
import type { ConvexJson, ConvexJsonObject } from "../values/json.ts";
import { compareJson, getField } from "../values/keys.ts";
import { decodeUndefined } from "./queryTypes.ts";

type Operand = ConvexJson | undefined;

/** Whether a document passes a `filter` expression: only `true` itself does. */
export function passesFilter(document: ConvexJsonObject, expression: ConvexJson): boolean {
  return evaluate(document, expression) === true;
}

function evaluate(document: ConvexJsonObject, expression: ConvexJson): Operand {
  const [operator, operand] = Object.entries(expression as ConvexJsonObject)[0] ?? ["", null];
  switch (operator) {
    case "$literal":
      return decodeUndefined(operand);
    case "$field":
      return getField(document, operand as string);
    case "$and":
      return (operand as ConvexJson[]).every((part) => evaluate(document, part) === true);
    case "$or":
      return (operand as ConvexJson[]).some((part) => evaluate(document, part) === true);
    case "$not":
      return evaluate(document, operand) !== true;
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
  if (result === undefined) throw new Error(`Unsupported operands for filter operator ${operator}`);
  return convexToJson(result);
}

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
