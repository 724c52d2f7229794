import { compileFilterOnce } from "../definition/compileOnce.ts";
import type { Condition, Filter } from "../definition/schema.ts";
import { conditionDocs } from "../filter/docs.ts";
import { parseDateText } from "../mapping/dates/parseIso.ts";
import { suggestName } from "../mapping/functions/catalog.ts";
import type { TextRange } from "../mapping/ast.ts";
import { toNumberOrUndefined } from "../mapping/values.ts";
import { inferText } from "./config.ts";
import type { FormulaFaultCode, ShapeOfNode } from "./infer.ts";
import { alternativesOf, anyShape, describeShape, present, type Shape } from "./shape.ts";

export interface ConditionFault extends TextRange {
  code: FormulaFaultCode | "condition_never" | "condition_always";
  message: string;
  replacement?: string;
  /** Path inside the filter: `["conditions", 0, 1, "left"]`. */
  field: (string | number)[];
}

type Operator = Condition["operator"];

const equality: ReadonlySet<Operator> = new Set(["equals", "notEquals"]);
/** Never hold of what is empty. */
const ofSomething: ReadonlySet<Operator> = new Set(["exists", "notEmpty", "isTrue"]);
/** Always hold of what is empty. */
const ofNothing: ReadonlySet<Operator> = new Set(["notExists", "isEmpty", "isFalse"]);

/** Faults in the formulas of a filter, and conditions of which it is known beforehand whether they hold. */
export function checkConditions(filter: Filter, shapeOf: ShapeOfNode): ConditionFault[] {
  const faults: ConditionFault[] = [];
  const shapes = new Map<string, Shape>();
  for (const { field, template } of compileFilterOnce(filter).templates) {
    const inferred = inferText(template, shapeOf);
    shapes.set(field.join("."), inferred.shape);
    faults.push(...inferred.faults.map((fault) => ({ ...fault, field })));
  }
  const isSound = (field: (string | number)[]) => !faults.some((fault) => fault.field.join(".") === field.join("."));
  for (const [group, conditions] of filter.conditions.entries()) {
    for (const [index, condition] of conditions.entries()) {
      const field = ["conditions", group, index];
      const [left, right] = ["left", "right"].map((side) => [...field, side]) as [typeof field, typeof field];
      if (!isSound(left) || !isSound(right)) continue;
      const found = checkCondition(condition, shapes.get(left.join(".")) ?? anyShape, shapes.get(right.join(".")));
      if (found)
        faults.push({ from: 0, to: condition[found.side]?.length ?? 0, field: [...field, found.side], ...found.fault });
    }
  }
  return faults;
}

interface Found {
  side: "left" | "right";
  fault: { code: "condition_never" | "condition_always"; message: string; replacement?: string };
}

function checkCondition({ operator, right = "" }: Condition, left: Shape, rightShape: Shape | undefined): Found | null {
  const given = present(left);
  if (left.kind === "nothing") {
    if (ofSomething.has(operator)) return never("left", "This is always empty.");
    return ofNothing.has(operator) ? always("left", "This is always empty.") : null;
  }
  const { group, takesRight } = conditionDocs[operator];
  if (!takesRight) return null;
  const isWritten = right !== "" && !right.includes("{{");
  if (group === "date") return checkDates(operator, given, isWritten ? right : undefined);
  if (group === "length" && isWritten && toNumberOrUndefined(right) === undefined) {
    const describe = operator === "lengthNotEquals" ? always : never;
    return describe("right", `"${right.slice(0, 40)}" is not a number of items.`);
  }
  if (given.kind === "any") return null;
  const isComposite = alternativesOf(given).every(({ kind }) => kind === "list" || kind === "object");
  if (group === "number" && isComposite) {
    return never("left", `${capital(describeShape(given))} has no order; compare its length or one of its fields.`);
  }
  if (equality.has(operator) && isComposite && isWritten) {
    const message = `${capital(describeShape(given))} never equals a text.`;
    return operator === "equals" ? never("left", message) : always("left", message);
  }
  if (!equality.has(operator) || !isWritten || rightShape?.kind !== "text") return null;
  return checkEquality(operator, given, right);
}

function checkDates(operator: Operator, given: Shape, right: string | undefined): Found | null {
  const describe = operator === "otherTime" ? always : never;
  if (!alternativesOf(given).some(({ kind }) => kind === "any" || kind === "date" || kind === "text")) {
    return describe("left", `${capital(describeShape(given))} is not a date.`);
  }
  if (right === undefined || parseDateText(right.trim(), "UTC") !== undefined) return null;
  return describe("right", `"${right.slice(0, 40)}" is not a date in ISO 8601.`);
}

function checkEquality(operator: Operator, given: Shape, right: string): Found | null {
  const describe = operator === "equals" ? never : always;
  if (given.kind === "number" && toNumberOrUndefined(right) === undefined) {
    return describe("right", `"${right.slice(0, 40)}" is not a number, and what it is compared with is one.`);
  }
  if (given.kind === "boolean" && !["true", "false", "1", "0"].includes(right)) {
    return describe("right", `What this is compared with is true or false, never "${right.slice(0, 40)}".`);
  }
  const { choices } = given.kind === "text" ? given : {};
  if (!choices || choices.some((choice) => choice.toLowerCase() === right.toLowerCase())) return null;
  const similar = suggestName(right, choices);
  const hint =
    similar === undefined ? ` It is one of ${choices.slice(0, 12).join(", ")}.` : ` Did you mean ${similar}?`;
  return describe("right", `What this is compared with is never "${right.slice(0, 40)}".${hint}`, similar);
}

const report =
  (code: "condition_never" | "condition_always", consequence: string) =>
  (side: Found["side"], message: string, replacement?: string): Found => ({
    side,
    fault: { code, message: `${message} ${consequence}`, ...(replacement !== undefined && { replacement }) },
  });
const never = report("condition_never", "The condition never holds.");
const always = report("condition_always", "The condition always holds.");

const capital = (sentence: string): string => sentence.charAt(0).toUpperCase() + sentence.slice(1);
