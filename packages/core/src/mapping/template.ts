import type { OperationError } from "../errors/operationError.ts";
import type { AddressCall, PathStep, TemplateIssue, TemplatePart, TextRange } from "./ast.ts";
import { compileParts, type Evaluator } from "./compile.ts";
import { defaultBudget, Evaluation, type Budget, type MissingValue, type Scope } from "./evaluation.ts";
import { FormulaError, toOperationError } from "./formulaError.ts";
import { parseTemplate } from "./parse.ts";
import { measure, type Value } from "./values.ts";

/** A reference in a template, with the range of its text. */
export interface TemplateReference extends TextRange {
  nodeId: number;
  path: readonly PathStep[];
}

/** A compiled template: literal text with `{{ formula }}` parts. */
export interface Template {
  text: string;
  /** What is wrong with it; a template with issues fails when it is evaluated. */
  issues: readonly TemplateIssue[];
  references: readonly TemplateReference[];
  /** Where it asks for the address of a Wait node. */
  addresses: readonly AddressCall[];
  /** What it consists of, for those who look at formulas without evaluating them. */
  parts: readonly TemplatePart[];
  /** Whether there are no formulas, so that the value is `text` itself. */
  isConstant: boolean;
  evaluate: Evaluator;
}

export type EvaluationResult<T> =
  { ok: true; value: T; missing: MissingValue[] } | { ok: false; error: OperationError };

/** Parses and compiles a template. Never throws: faults are in `issues`. Keep the result; compiling is the slow part. */
export function compileTemplate(text: string): Template {
  const { parts, issues, references, addresses } = parseTemplate(text);
  const [firstIssue] = issues;
  const evaluate: Evaluator = firstIssue
    ? () => {
        throw new FormulaError("formula_invalid", firstIssue.message, firstIssue);
      }
    : compileParts(parts);
  const isConstant = !firstIssue && parts.every((part) => part.type === "text");
  return { text, issues, references, addresses, parts, isConstant, evaluate };
}

/**
 * The value of a template. A template that is exactly one formula keeps the formula's type, and is `undefined` when that
 * is empty; otherwise it is text. Values read from bundles are not copied: treat them as immutable.
 */
export function evaluateTemplate(
  template: Template,
  scope: Scope,
  budget: Budget = defaultBudget,
): EvaluationResult<Value> {
  return runEvaluation(scope, budget, (evaluation) => evaluateOutput(template, evaluation));
}

/** One template's value, paid for as output. */
export function evaluateOutput(template: Template, evaluation: Evaluation): Value {
  const value = template.evaluate(evaluation);
  if (typeof value === "object" && value !== null) {
    evaluation.spendChars(measure(value, evaluation.budget.outputChars));
  } else if (typeof value === "string") {
    evaluation.spendChars(value.length);
  }
  return value;
}

/** Runs one evaluation and turns what it throws into an `OperationError`. */
export function runEvaluation<T>(
  scope: Scope,
  budget: Budget,
  evaluate: (evaluation: Evaluation) => T,
): EvaluationResult<T> {
  const evaluation = new Evaluation(scope, budget);
  try {
    const value = evaluate(evaluation);
    return { ok: true, value, missing: evaluation.missing };
  } catch (error) {
    return { ok: false, error: toOperationError(error, evaluation.field) };
  }
}
