/**
 * Filters by the backend's rules: all comparisons in Convex's order, arithmetic on two int64 or two float64, and an error for
 * whatever is not a boolean where one is needed. convex-test compares JavaScript values (`"10" < 9n`, `NaN > 1`) and takes any
 * truthy value, so on its side filters are evaluated here, over the rows that it gives without them.
 */
import { compareValues, type Value } from "convex/values";
import type { BinaryOperator, FilterExpression, Operand } from "./operations.ts";

type Result = Value | undefined;

/** Whether a document passes. @throws where the backend refuses the query. */
export function passes(
  document: Record<string, Value>,
  expression: FilterExpression,
  resolve: (operand: Operand) => Result,
): boolean {
  return toBoolean(evaluate(expression));

  function evaluate(part: FilterExpression): Result {
    switch (part.kind) {
      case "field":
        return fieldAt(document, part.path);
      case "literal":
        return resolve(part.value);
      case "and":
        return part.operands.every((operand) => toBoolean(evaluate(operand)));
      case "or":
        return part.operands.some((operand) => toBoolean(evaluate(operand)));
      case "not":
        return !toBoolean(evaluate(part.operand));
      case "neg": {
        const value = evaluate(part.operand);
        if (typeof value === "bigint") return BigInt.asIntN(64, -value);
        if (typeof value === "number") return -value;
        throw new Error("not a number");
      }
      case "binary":
        return binary(part.operator, evaluate(part.left), evaluate(part.right));
    }
  }
}

function toBoolean(value: Result): boolean {
  if (typeof value !== "boolean") throw new Error("not a boolean");
  return value;
}

function binary(operator: BinaryOperator, left: Result, right: Result): Result {
  const order = () => compareValues(left, right);
  switch (operator) {
    case "eq":
      return order() === 0;
    case "neq":
      return order() !== 0;
    case "lt":
      return order() < 0;
    case "lte":
      return order() <= 0;
    case "gt":
      return order() > 0;
    case "gte":
      return order() >= 0;
    default:
      if (typeof left === "number" && typeof right === "number") return floats[operator](left, right);
      if (typeof left === "bigint" && typeof right === "bigint") {
        return BigInt.asIntN(64, integers[operator](left, right));
      }
      throw new Error("not two numbers of one type");
  }
}

type Arithmetic = Extract<BinaryOperator, "add" | "sub" | "mul" | "div" | "mod">;

const floats: Record<Arithmetic, (left: number, right: number) => number> = {
  add: (left, right) => left + right,
  sub: (left, right) => left - right,
  mul: (left, right) => left * right,
  div: (left, right) => left / right,
  mod: (left, right) => left % right,
};

/** Division by zero throws, here as there. */
const integers: Record<Arithmetic, (left: bigint, right: bigint) => bigint> = {
  add: (left, right) => left + right,
  sub: (left, right) => left - right,
  mul: (left, right) => left * right,
  div: (left, right) => left / right,
  mod: (left, right) => left % right,
};

/** The value at a path of a document, undefined where there is none. */
export function fieldAt(document: Record<string, Value>, path: string): Result {
  let value: Result = document;
  for (const step of path.split(".")) {
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    if (!isObject || value instanceof ArrayBuffer || !Object.hasOwn(value as object, step)) return undefined;
    value = (value as Record<string, Value>)[step];
  }
  return value;
}
