import type { Condition } from "../definition/schema.ts";
import type { Evaluation } from "../mapping/evaluation.ts";
import { compilePattern, parseSlashes } from "../mapping/regex/pattern.ts";
import { areEqual, compare, isTruthy, toText, type Value } from "../mapping/values.ts";

interface Comparison {
  ignoreCase: boolean;
  evaluation: Evaluation;
}

/** What a condition's operator does, and whether it has a right side. */
export interface Operator {
  takesRight: boolean;
  test: (left: Value, right: Value, comparison: Comparison) => boolean;
}

/** Nothing, null and the empty text do not exist; an empty list does. */
const exists = (value: Value): boolean => value !== undefined && value !== null && value !== "";

const fold = (value: Value, ignoreCase: boolean): Value =>
  ignoreCase && typeof value === "string" ? value.toLowerCase() : value;

/** Numbers as numbers when both sides read as one, ISO dates by time, lists and objects by content, the rest as text. */
function isEqual(left: Value, right: Value, { ignoreCase, evaluation }: Comparison): boolean {
  const [a, b] = [fold(left, ignoreCase), fold(right, ignoreCase)];
  return areEqual(a, b) || compare(a, b, evaluation.timeZone) === 0;
}

function contains(left: Value, right: Value, comparison: Comparison): boolean {
  if (Array.isArray(left)) {
    comparison.evaluation.spendSteps(left.length);
    return left.some((item) => isEqual(item, right, comparison));
  }
  return foldText(left, comparison).includes(foldText(right, comparison));
}

function foldText(value: Value, { ignoreCase }: Comparison): string {
  const text = toText(value);
  return ignoreCase ? text.toLowerCase() : text;
}

function matches(left: Value, right: Value, { ignoreCase, evaluation }: Comparison): boolean {
  const pattern = toText(right);
  const { source, flags } = parseSlashes(pattern) ?? { source: pattern, flags: "" };
  const folded = `${flags.replaceAll("i", "")}${ignoreCase || flags.includes("i") ? "i" : ""}`;
  return compilePattern(`/${source}/${folded}`, evaluation).read(toText(left)).test();
}

const ordered =
  (accept: (order: number) => boolean): Operator["test"] =>
  (left, right, { ignoreCase, evaluation }) => {
    const order = compare(fold(left, ignoreCase), fold(right, ignoreCase), evaluation.timeZone);
    return order !== undefined && accept(order);
  };

const not =
  (test: Operator["test"]): Operator["test"] =>
  (left, right, comparison) =>
    !test(left, right, comparison);

const binary = (test: Operator["test"]): Operator => ({ takesRight: true, test });
const unary = (test: (left: Value) => boolean): Operator => ({ takesRight: false, test });

/** Every operator of a condition, by name. */
export const operators: Record<Condition["operator"], Operator> = {
  exists: unary(exists),
  notExists: unary((value) => !exists(value)),
  equals: binary(isEqual),
  notEquals: binary(not(isEqual)),
  contains: binary(contains),
  notContains: binary(not(contains)),
  startsWith: binary((left, right, comparison) => foldText(left, comparison).startsWith(foldText(right, comparison))),
  endsWith: binary((left, right, comparison) => foldText(left, comparison).endsWith(foldText(right, comparison))),
  matches: binary(matches),
  greaterThan: binary(ordered((order) => order > 0)),
  greaterOrEqual: binary(ordered((order) => order >= 0)),
  lessThan: binary(ordered((order) => order < 0)),
  lessOrEqual: binary(ordered((order) => order <= 0)),
  isTrue: unary(isTruthy),
  isFalse: unary((value) => !isTruthy(value)),
};
