import type { JsonValue } from "../definition/schema.ts";
import { defaultBudget, type Budget, type Evaluation, type Scope } from "./evaluation.ts";
import { FormulaError } from "./formulaError.ts";
import { compileTemplate, evaluateOutput, runEvaluation, type EvaluationResult, type Template } from "./template.ts";
import { MAX_VALUE_DEPTH } from "./evaluation.ts";
import type { JsonObject, Value } from "./values.ts";

export type FieldPath = (string | number)[];

/** A template inside a config. */
export interface ConfigTemplate {
  field: FieldPath;
  template: Template;
}

/** A config whose templates are compiled. Made once per node of a plan, evaluated per operation. */
export interface CompiledConfig {
  /** Every text with formulas, in the order of the config. */
  templates: readonly ConfigTemplate[];
  /** Whether nothing in it depends on the scope. */
  isConstant: boolean;
  evaluate: (evaluation: Evaluation, replaced?: JsonObject) => JsonObject;
}

type ValueEvaluator = (evaluation: Evaluation) => Value;

/**
 * Compiles all templates in a config, at any depth. `literalFields` are top-level fields whose texts are taken as they
 * are (`x-literal` in the manifest).
 */
export function compileConfig(
  config: Record<string, JsonValue>,
  options: { literalFields?: readonly string[] } = {},
): CompiledConfig {
  const templates: ConfigTemplate[] = [];
  const literals = new Set(options.literalFields);
  const entries = Object.entries(config)
    .filter(([key]) => key !== "__proto__")
    .map(
      ([key, value]) => [key, literals.has(key) ? constantOf(value) : compileValue(value, [key], templates)] as const,
    );
  return {
    templates,
    isConstant: templates.length === 0,
    evaluate: (evaluation, replaced) =>
      replaced === undefined
        ? evaluateEntries(entries, evaluation)
        : { ...evaluateEntries(withoutKeys(entries, replaced), evaluation), ...replaced },
  };
}

/**
 * The config with all formulas evaluated. Fields whose value is empty are left out of objects and are null in lists.
 * One budget covers the whole config. Treat the result as immutable: it shares parts with bundles and the config.
 */
export function evaluateConfig(
  compiled: CompiledConfig,
  scope: Scope,
  budget: Budget = defaultBudget,
): EvaluationResult<JsonObject> {
  return runEvaluation(scope, budget, compiled.evaluate);
}

/** As `evaluateConfig`, with top-level fields that are given: their formulas are not evaluated. */
export function evaluateConfigWith(
  compiled: CompiledConfig,
  scope: Scope,
  replaced: JsonObject,
): EvaluationResult<JsonObject> {
  return runEvaluation(scope, defaultBudget, (evaluation) => compiled.evaluate(evaluation, replaced));
}

function withoutKeys<Entry extends readonly [string, unknown]>(
  entries: readonly Entry[],
  replaced: JsonObject,
): Entry[] {
  return entries.filter(([key]) => !Object.hasOwn(replaced, key));
}

function constantOf(value: JsonValue): ValueEvaluator {
  const frozen = frozenCopy(value);
  return () => frozen;
}

/** Constants are shared between evaluations, so no one may change them, and the caller's config stays the caller's. */
function frozenCopy(value: JsonValue): JsonValue {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return Object.freeze(value.map(frozenCopy)) as JsonValue;
  const copy: JsonObject = {};
  for (const key of Object.keys(value)) if (key !== "__proto__") copy[key] = frozenCopy(value[key]!);
  return Object.freeze(copy);
}

function compileValue(value: JsonValue, field: FieldPath, templates: ConfigTemplate[]): ValueEvaluator {
  if (field.length > MAX_VALUE_DEPTH) {
    const message = `The configuration is nested more than ${MAX_VALUE_DEPTH} levels deep.`;
    return () => {
      throw new FormulaError("formula_budget", message);
    };
  }
  const before = templates.length;
  const evaluator = compileNested(value, field, templates);
  return templates.length === before ? constantOf(value) : evaluator;
}

function compileNested(value: JsonValue, field: FieldPath, templates: ConfigTemplate[]): ValueEvaluator {
  if (typeof value === "string") return compileText(value, field, templates);
  if (Array.isArray(value)) {
    const items = value.map((item, index) => compileValue(item, [...field, index], templates));
    return (evaluation) => items.map((item) => item(evaluation) ?? null);
  }
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value)
      .filter(([key]) => key !== "__proto__")
      .map(([key, item]) => [key, compileValue(item, [...field, key], templates)] as const);
    return (evaluation) => evaluateEntries(entries, evaluation);
  }
  return () => value;
}

function compileText(text: string, field: FieldPath, templates: ConfigTemplate[]): ValueEvaluator {
  const template = compileTemplate(text);
  if (template.isConstant) return () => text;
  templates.push({ field, template });
  return (evaluation) => {
    evaluation.field = field;
    return evaluateOutput(template, evaluation);
  };
}

function evaluateEntries(entries: readonly (readonly [string, ValueEvaluator])[], evaluation: Evaluation): JsonObject {
  const result: JsonObject = {};
  for (const [key, evaluate] of entries) {
    const value = evaluate(evaluation);
    if (value !== undefined) result[key] = value;
  }
  return result;
}
