import { describe, expect, it } from "vitest";
import { addCondition, addGroup, emptyFilter, removeCondition, setCondition } from "./filterModel.ts";

describe("a filter's rows", () => {
  it("grows by ands and ors, and shrinks to nothing", () => {
    const filter = addGroup(addCondition(emptyFilter(), 0));
    expect(filter.conditions.map((group) => group.length)).toEqual([2, 1]);
    const less = removeCondition(filter, 1, 0)!;
    expect(less.conditions).toHaveLength(1);
    expect(removeCondition(removeCondition(less, 0, 0)!, 0, 0)).toBeNull();
  });

  it("has no right side where nothing is compared", () => {
    const filter = setCondition(emptyFilter(), 0, 0, {
      left: "{{1.a}}",
      operator: "exists",
      right: "x",
      ignoreCase: true,
    });
    expect(filter.conditions[0]![0]).toEqual({ left: "{{1.a}}", operator: "exists" });
  });
});
