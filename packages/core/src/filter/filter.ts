import type { Condition, Filter } from "../definition/schema.ts";
import type { OperationError } from "../errors/operationError.ts";
import { defaultBudget, type Budget, type Evaluation, type MissingValue, type Scope } from "../mapping/evaluation.ts";
import { compileTemplate, runEvaluation, type Template } from "../mapping/template.ts";
import type { Value } from "../mapping/values.ts";
import { conditionDocs } from "./docs.ts";
import { conditionTests } from "./operators.ts";

/** A template inside a filter; `field` is its path in the filter: `["conditions", 0, 1, "left"]`. */
export interface FilterTemplate {
  field: (string | number)[];
  template: Template;
}

/** A filter whose templates are compiled. Made once per edge of a plan, evaluated per bundle. */
export interface CompiledFilter {
  templates: readonly FilterTemplate[];
  evaluate: (evaluation: Evaluation) => boolean;
}

export type FilterResult =
  { ok: true; passed: boolean; missing: MissingValue[] } | { ok: false; error: OperationError };

type ConditionEvaluator = (evaluation: Evaluation) => boolean;

/** Compiles an OR of ANDs. Never throws; a faulty formula fails when the filter is evaluated. */
export function compileFilter(filter: Filter): CompiledFilter {
  const templates: FilterTemplate[] = [];
  const groups = filter.conditions.map((group, groupIndex) =>
    group.map((condition, index) => compileCondition(condition, ["conditions", groupIndex, index], templates)),
  );
  return {
    templates,
    evaluate: (evaluation) => groups.some((group) => group.every((condition) => condition(evaluation))),
  };
}

/** Whether a bundle passes. An error is a formula that cannot be evaluated, with the place in `details`. */
export function evaluateFilter(compiled: CompiledFilter, scope: Scope, budget: Budget = defaultBudget): FilterResult {
  const result = runEvaluation(scope, budget, compiled.evaluate);
  return result.ok ? { ok: true, passed: result.value, missing: result.missing } : result;
}

function compileCondition(
  condition: Condition,
  field: (string | number)[],
  templates: FilterTemplate[],
): ConditionEvaluator {
  const test = conditionTests[condition.operator];
  const { takesRight } = conditionDocs[condition.operator];
  const left = compileSide(condition.left, [...field, "left"], templates);
  const right = takesRight ? compileSide(condition.right ?? "", [...field, "right"], templates) : () => undefined;
  const ignoreCase = condition.ignoreCase ?? false;
  return (evaluation) => {
    evaluation.spendSteps(1);
    const leftValue = left(evaluation);
    return test(leftValue, right(evaluation), { ignoreCase, evaluation });
  };
}

function compileSide(
  text: string,
  field: (string | number)[],
  templates: FilterTemplate[],
): (evaluation: Evaluation) => Value {
  const template = compileTemplate(text);
  templates.push({ field, template });
  return (evaluation) => {
    evaluation.field = field;
    return template.evaluate(evaluation);
  };
}
