import type { BinaryOperator, TextRange } from "./ast.ts";
import type { Evaluator } from "./compile.ts";
import { FormulaError, locateError } from "./formulaError.ts";
import { areEqual, compare, isTruthy, requireFinite, toNumber } from "./values.ts";

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
  if (operator === "=") return (evaluation) => areEqual(left(evaluation), right(evaluation));
  if (operator === "!=") return (evaluation) => !areEqual(left(evaluation), right(evaluation));
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

function located(evaluate: Evaluator, range: TextRange): Evaluator {
  return (evaluation) => {
    try {
      return evaluate(evaluation);
    } catch (error) {
      throw locateError(error, range);
    }
  };
}
