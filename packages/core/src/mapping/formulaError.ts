import type { OperationError } from "../errors/operationError.ts";
import type { TextRange } from "./ast.ts";

export type FormulaErrorCode = "formula_invalid" | "formula_failed" | "formula_budget";

/**
 * A formula that cannot be evaluated. Thrown inside the evaluator only; the public functions return it as an
 * `OperationError` of kind `invalid` with `details: { field, from, to }`.
 */
export class FormulaError extends Error {
  readonly code: FormulaErrorCode;
  range: TextRange | undefined;

  constructor(code: FormulaErrorCode, message: string, range?: TextRange) {
    super(message);
    this.code = code;
    this.range = range;
  }
}

/** Adds the place to an error that a function threw without knowing where it was called. */
export function locateError(error: unknown, range: TextRange): unknown {
  if (error instanceof FormulaError) error.range ??= { from: range.from, to: range.to };
  return error;
}

/** What the caller gets. An error that is not a `FormulaError` is a fault of ours and says so. */
export function toOperationError(error: unknown, field: readonly (string | number)[]): OperationError {
  if (error instanceof FormulaError) {
    const details = { field: [...field], ...(error.range && { from: error.range.from, to: error.range.to }) };
    return { kind: "invalid", code: error.code, message: error.message, details };
  }
  const message = `The formula evaluator failed: ${error instanceof Error ? error.message : String(error)}`;
  return { kind: "internal", code: "formula_failed", message, details: { field: [...field] } };
}
