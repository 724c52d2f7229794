import type { BinaryOperator, TextRange } from "./ast.ts";
import type { Evaluator } from "./compile.ts";
import { FormulaError, locateError } from "./formulaError.ts";
import type { Evaluation } from "./evaluation.ts";
import { areEqual, compare, isTruthy, measure, requireFinite, toNumber, type Value } from "./values.ts";

const arithmetic: Partial<Record<BinaryOperator, (left: number, right: number) => number>> = {
  "+": (left, right) => left + right,
  "-": (left, right) => left - right,
  "*": (left, right) => left * right,
  "/": (left, right) => left / requireDivisor(right),
  "%": (left, right) => left % requireDivisor(right),
};

const orders: Partial<Record<BinaryOperator, (order: number) => boolean>> = {
  "<": (order) => order < 0,
  "<=": (order) => order <= 0,
  ">": (order) => order > 0,
  ">=": (order) => order >= 0,
};

function requireDivisor(number: number): number {
  if (number === 0) throw new FormulaError("formula_failed", "Division by zero.");
  return number;
}

/**
 * Arithmetic with an empty operand is empty; an ordering with one is false. `and` and `or` evaluate their right side
 * only when it decides.
 */
export function compileOperator(
  operator: BinaryOperator,
  left: Evaluator,
  right: Evaluator,
  range: TextRange,
): Evaluator {
  if (operator === "and") return (evaluation) => isTruthy(left(evaluation)) && isTruthy(right(evaluation));
  if (operator === "or") return (evaluation) => isTruthy(left(evaluation)) || isTruthy(right(evaluation));
  return located(compileEager(operator, left, right), range);
}

function compileEager(operator: BinaryOperator, left: Evaluator, right: Evaluator): Evaluator {
  if (operator === "=") return (evaluation) => isEqual(left(evaluation), right(evaluation), evaluation);
  if (operator === "!=") return (evaluation) => !isEqual(left(evaluation), right(evaluation), evaluation);
  const test = orders[operator];
  if (test) {
    return (evaluation) => {
      const order = compare(left(evaluation), right(evaluation), evaluation.timeZone);
      return order !== undefined && test(order);
    };
  }
  const calculate = arithmetic[operator]!;
  return (evaluation) => {
    const a = toNumber(left(evaluation));
    const b = toNumber(right(evaluation));
    return a === undefined || b === undefined ? undefined : requireFinite(calculate(a, b));
  };
}

/** Comparing lists and objects costs by their size. */
function isEqual(left: Value, right: Value, evaluation: Evaluation): boolean {
  if (typeof left === "object" && typeof right === "object") evaluation.spendSteps(measure(left) >> 6);
  return areEqual(left, right);
}

function located(evaluate: Evaluator, range: TextRange): Evaluator {
  return (evaluation) => {
    try {
      return evaluate(evaluation);
    } catch (error) {
      throw locateError(error, range);
    }
  };
}
