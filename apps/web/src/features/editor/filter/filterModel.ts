import type { Condition, Filter } from "@patchbay/core";

export const operatorLabels: Record<Condition["operator"], string> = {
  exists: "exists",
  notExists: "does not exist",
  equals: "is",
  notEquals: "is not",
  contains: "contains",
  notContains: "does not contain",
  startsWith: "starts with",
  endsWith: "ends with",
  matches: "matches the pattern",
  greaterThan: "is greater than",
  greaterOrEqual: "is at least",
  lessThan: "is less than",
  lessOrEqual: "is at most",
  isTrue: "is true",
  isFalse: "is false",
};

const unary = new Set<Condition["operator"]>(["exists", "notExists", "isTrue", "isFalse"]);
const textual = new Set<Condition["operator"]>([
  "equals",
  "notEquals",
  "contains",
  "notContains",
  "startsWith",
  "endsWith",
  "matches",
]);

/** Whether an operator compares with something. */
export const hasRightSide = (operator: Condition["operator"]): boolean => !unary.has(operator);

/** Whether letters' case can matter to an operator. */
export const comparesText = (operator: Condition["operator"]): boolean => textual.has(operator);

export const emptyCondition = (): Condition => ({ left: "", operator: "equals", right: "" });
export const emptyFilter = (): Filter => ({ conditions: [[emptyCondition()]] });

export function setCondition(filter: Filter, group: number, place: number, condition: Condition): Filter {
  const cleaned = hasRightSide(condition.operator)
    ? { right: "", ...condition }
    : { left: condition.left, operator: condition.operator };
  return {
    ...filter,
    conditions: filter.conditions.map((each, at) =>
      at === group ? each.map((old, where) => (where === place ? cleaned : old)) : each,
    ),
  };
}

export function addCondition(filter: Filter, group: number): Filter {
  return {
    ...filter,
    conditions: filter.conditions.map((each, at) => (at === group ? [...each, emptyCondition()] : each)),
  };
}

export const addGroup = (filter: Filter): Filter => ({
  ...filter,
  conditions: [...filter.conditions, [emptyCondition()]],
});

/** Takes a condition away, and with it a group that has no other; null when nothing is left of the filter. */
export function removeCondition(filter: Filter, group: number, place: number): Filter | null {
  const conditions = filter.conditions
    .map((each, at) => (at === group ? each.filter((_old, where) => where !== place) : each))
    .filter((each) => each.length > 0);
  return conditions.length === 0 ? null : { ...filter, conditions };
}
