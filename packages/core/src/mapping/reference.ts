import type { JsonValue } from "../definition/schema.ts";
import type { PathStep, ReferenceExpression } from "./ast.ts";
import type { Evaluator } from "./compile.ts";
import type { Evaluation } from "./evaluation.ts";
import { formatReference, formatStep } from "./path.ts";
import { describeValue, isObject, type Value } from "./values.ts";

/** An own property, never one of a prototype. `__proto__` is no field even where JSON has it as one. */
export function readField(value: Value, key: string): Value {
  if (!isObject(value) || key === "__proto__" || !Object.hasOwn(value, key)) return undefined;
  return value[key];
}

/** The item counted from 1, or from the end for a negative number. */
export function readItem(value: Value, index: number): Value {
  return Array.isArray(value) ? value.at(index > 0 ? index - 1 : index < 0 ? index : value.length) : undefined;
}

/** Follows a path; `[]` maps the rest of it over all items and leaves out what is missing. */
export function readPath(value: Value, path: readonly PathStep[], evaluation: Evaluation, start = 0): Value {
  let current = value;
  for (let index = start; index < path.length; index++) {
    const step = path[index]!;
    if (step.kind === "key") current = readField(current, step.key);
    else if (step.kind === "item") current = readItem(current, step.index);
    else return readEach(current, path, evaluation, index + 1);
    if (current === undefined) return undefined;
  }
  return current;
}

function readEach(value: Value, path: readonly PathStep[], evaluation: Evaluation, next: number): Value {
  if (!Array.isArray(value)) return undefined;
  const nested = path.slice(next).some((step) => step.kind === "each");
  const results: JsonValue[] = [];
  evaluation.spendItems(value.length);
  for (const item of value) {
    const found = readPath(item, path, evaluation, next);
    if (found === undefined) continue;
    if (nested && Array.isArray(found)) for (const inner of found) results.push(inner);
    else results.push(found);
    if (results.length > value.length) evaluation.spendItems(results.length);
  }
  return results;
}

/** The evaluator of `1.body.items[1].title`. Says why when there is nothing. */
export function compileReference(expression: ReferenceExpression): Evaluator {
  const { nodeId, path } = expression;
  const [only] = path;
  const read: (bundle: JsonValue, evaluation: Evaluation) => Value =
    path.length === 1 && only?.kind === "key"
      ? (bundle) => readField(bundle, only.key)
      : (bundle, evaluation) => readPath(bundle, path, evaluation);
  return (evaluation) => {
    evaluation.spendSteps(1);
    const bundle = evaluation.scope.getBundle(nodeId);
    const value = bundle === undefined ? undefined : read(bundle, evaluation);
    if (typeof value === "string") evaluation.spendSteps(value.length >> 10);
    if (value === undefined) {
      evaluation.reportMissing(formatReference(nodeId, path), explainMissing(nodeId, path, bundle));
    }
    return value;
  };
}

/** Why following the path found nothing: the first step that failed, for a person. */
function explainMissing(nodeId: number, path: readonly PathStep[], bundle: Value): string {
  if (bundle === undefined) return `Node ${nodeId} has no bundle here: it was not run on this path.`;
  let current: Value = bundle;
  let place = `${nodeId}`;
  for (const step of path) {
    const inside: Value =
      step.kind === "key"
        ? readField(current, step.key)
        : step.kind === "item"
          ? readItem(current, step.index)
          : undefined;
    if (inside === undefined) return explainStep(place, step, current);
    current = inside;
    place += formatStep(step);
  }
  return `${place} is empty.`;
}

function explainStep(place: string, step: PathStep, value: Value): string {
  if (step.kind === "key") {
    if (isObject(value)) return `${place} has no field "${step.key}".`;
    if (Array.isArray(value)) return `${place} is a list: take an item with [1] or all of them with [].`;
    return `${place} is ${describeValue(value)} and has no fields.`;
  }
  if (!Array.isArray(value)) return `${place} is ${describeValue(value)}, not a list.`;
  return `${place} has ${value.length} item${value.length === 1 ? "" : "s"}, so there is no item ${step.kind === "item" ? step.index : ""}.`;
}
