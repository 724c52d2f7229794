import type { ConditionOperator } from "../definition/schema.ts";
import { parseDateText } from "../mapping/dates/parseIso.ts";
import type { Evaluation } from "../mapping/evaluation.ts";
import { compilePattern, parseSlashes } from "../mapping/regex/pattern.ts";
import {
  areEqual,
  compare,
  isEmpty,
  isObject,
  isTruthy,
  toNumberOrUndefined,
  toText,
  type Value,
} from "../mapping/values.ts";

interface Comparison {
  ignoreCase: boolean;
  evaluation: Evaluation;
}

/** Whether a condition holds. */
export type ConditionTest = (left: Value, right: Value, comparison: Comparison) => boolean;

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
  (accept: (order: number) => boolean): ConditionTest =>
  (left, right, { ignoreCase, evaluation }) => {
    const order = compare(fold(left, ignoreCase), fold(right, ignoreCase), evaluation.timeZone);
    return order !== undefined && accept(order);
  };

/** Compares two moments; what is no date in ISO 8601 is neither before nor after nor at any. */
const timed =
  (accept: (difference: number) => boolean): ConditionTest =>
  (left, right, { evaluation }) => {
    const [a, b] = [left, right].map((value) =>
      typeof value === "string" ? parseDateText(value.trim(), evaluation.timeZone) : undefined,
    );
    return a !== undefined && b !== undefined && accept(a - b);
  };

/** Compares how many items a list, fields an object or characters a text has with a number. */
const counted =
  (accept: (difference: number) => boolean): ConditionTest =>
  (left, right) => {
    const number = toNumberOrUndefined(right);
    return number !== undefined && accept(lengthOf(left) - number);
  };

function lengthOf(value: Value): number {
  if (Array.isArray(value)) return value.length;
  return isObject(value) ? Object.keys(value).length : toText(value).length;
}

const not =
  (test: ConditionTest): ConditionTest =>
  (left, right, comparison) =>
    !test(left, right, comparison);

const startsWith: ConditionTest = (left, right, comparison) =>
  foldText(left, comparison).startsWith(foldText(right, comparison));
const endsWith: ConditionTest = (left, right, comparison) =>
  foldText(left, comparison).endsWith(foldText(right, comparison));
const sameTime = timed((difference) => difference === 0);
const sameLength = counted((difference) => difference === 0);

/** What each operator of a condition does; what it is called stands in `conditionDocs`. */
export const conditionTests: Readonly<Record<ConditionOperator, ConditionTest>> = {
  exists,
  notExists: not(exists),
  isEmpty,
  notEmpty: not(isEmpty),
  equals: isEqual,
  notEquals: not(isEqual),
  contains,
  notContains: not(contains),
  startsWith,
  notStartsWith: not(startsWith),
  endsWith,
  notEndsWith: not(endsWith),
  matches,
  notMatches: not(matches),
  greaterThan: ordered((order) => order > 0),
  greaterOrEqual: ordered((order) => order >= 0),
  lessThan: ordered((order) => order < 0),
  lessOrEqual: ordered((order) => order <= 0),
  laterThan: timed((difference) => difference > 0),
  laterOrEqual: timed((difference) => difference >= 0),
  earlierThan: timed((difference) => difference < 0),
  earlierOrEqual: timed((difference) => difference <= 0),
  sameTime,
  otherTime: not(sameTime),
  lengthEquals: sameLength,
  lengthNotEquals: not(sameLength),
  longerThan: counted((difference) => difference > 0),
  longerOrEqual: counted((difference) => difference >= 0),
  shorterThan: counted((difference) => difference < 0),
  shorterOrEqual: counted((difference) => difference <= 0),
  isTrue: (left) => isTruthy(left),
  isFalse: (left) => !isTruthy(left),
};
