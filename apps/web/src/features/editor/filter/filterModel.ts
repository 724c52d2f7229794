import { conditionDocs } from "@patchbay/core";
import type { Condition, Filter } from "@patchbay/core";

/** Whether an operator compares with something. */
export const hasRightSide = (operator: Condition["operator"]): boolean => conditionDocs[operator].takesRight;

/** Whether letters' case can matter to an operator. */
export const comparesText = (operator: Condition["operator"]): boolean => conditionDocs[operator].takesCase;

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
