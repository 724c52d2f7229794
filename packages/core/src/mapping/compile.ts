import type { Expression, TemplatePart } from "./ast.ts";
import { constants } from "./constants.ts";
import type { Evaluation } from "./evaluation.ts";
import { FormulaError, locateError } from "./formulaError.ts";
import { convertArgument, isMissingRequired } from "./functions/arguments.ts";
import { findFunction } from "./functions/catalog.ts";
import type { FunctionDefinition } from "./functions/define.ts";
import { compileOperator } from "./operators.ts";
import { compileReference } from "./reference.ts";
import { isTruthy, toNumber, toText, type Value } from "./values.ts";

/** A compiled formula: made once, called per operation. */
export type Evaluator = (evaluation: Evaluation) => Value;

/** The evaluator of a whole template. One formula alone keeps its type; otherwise the parts make a text. */
export function compileParts(parts: readonly TemplatePart[]): Evaluator {
  const [first] = parts;
  if (!first) return () => "";
  if (parts.length === 1) {
    if (first.type !== "text") return compileExpression(first);
    const { text } = first;
    return () => text;
  }
  const evaluators = parts.map((part) => (part.type === "text" ? part.text : compileExpression(part)));
  return (evaluation) => {
    let text = "";
    for (const part of evaluators) {
      const piece = typeof part === "string" ? part : toText(part(evaluation));
      evaluation.spendChars(piece.length);
      text += piece;
    }
    return text;
  };
}

/** Expects an expression without issues: an unknown name throws, which `compileTemplate` has ruled out before. */
export function compileExpression(expression: Expression): Evaluator {
  switch (expression.type) {
    case "literal": {
      const { value } = expression;
      return () => value;
    }
    case "variable": {
      const constant = constants.get(expression.name);
      if (!constant) throw new FormulaError("formula_invalid", `Unknown value "${expression.name}".`, expression);
      return constant.evaluate;
    }
    case "reference":
      return compileReference(expression);
    case "unary":
      return compileUnary(expression.operator, compileExpression(expression.operand), expression);
    case "binary":
      return compileOperator(
        expression.operator,
        compileExpression(expression.left),
        compileExpression(expression.right),
        expression,
      );
    case "call":
      return compileCall(expression);
  }
}

function compileUnary(operator: "-" | "not", operand: Evaluator, range: Expression): Evaluator {
  if (operator === "not") return (evaluation) => !isTruthy(operand(evaluation));
  return (evaluation) => {
    try {
      const number = toNumber(operand(evaluation));
      return number === undefined ? undefined : -number;
    } catch (error) {
      throw locateError(error, range);
    }
  };
}

function compileCall(expression: Extract<Expression, { type: "call" }>): Evaluator {
  const definition = findFunction(expression.name);
  if (!definition) throw new FormulaError("formula_invalid", `Unknown function "${expression.name}".`, expression);
  const args = expression.args.map((argument) => (argument ? compileExpression(argument) : () => undefined));
  const invoke = definition.lazy ? compileLazyCall(definition, args) : compileEagerCall(definition, args);
  return (evaluation) => {
    try {
      evaluation.spendSteps(1);
      const result = invoke(evaluation);
      if (typeof result === "string") evaluation.spendChars(result.length);
      else if (Array.isArray(result)) evaluation.spendItems(result.length);
      return result;
    } catch (error) {
      throw locateError(error, expression);
    }
  };
}

function compileLazyCall(definition: FunctionDefinition & { lazy: true }, args: Evaluator[]): Evaluator {
  return (evaluation) =>
    definition.call(
      args.map((argument) => () => argument(evaluation)),
      evaluation,
    );
}

function compileEagerCall(definition: FunctionDefinition & { lazy: false }, args: Evaluator[]): Evaluator {
  const { args: docs, call } = definition;
  return (evaluation) => {
    const values: unknown[] = [];
    for (let index = 0; index < docs.length; index++) {
      const doc = docs[index]!;
      if (doc.rest) {
        values.push(args.slice(index).map((argument) => convertArgument(argument(evaluation), doc, evaluation)));
        break;
      }
      const value: Value = args[index]?.(evaluation);
      if (isMissingRequired(value, doc)) return undefined;
      values.push(convertArgument(value, doc, evaluation));
    }
    return call(values, evaluation);
  };
}
