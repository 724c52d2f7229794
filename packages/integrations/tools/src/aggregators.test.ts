import type { JsonValue } from "@patchbay/core";
import { describe, expect, it } from "vitest";
import { integration } from "./index.ts";

/** Feeds inputs to an aggregator as the engine does; `compactAt` folds whenever so many items have come together. */
function aggregate(name: string, inputs: object[], compactAt = Infinity): JsonValue[] {
  const runtime = integration.actions.get(`${name}@1`);
  if (!runtime?.collector) throw new Error(`tools.${name}@1 does not collect`);
  const { collector } = runtime;
  let items: JsonValue[] = [];
  for (const input of inputs) {
    items.push(collector.item(runtime.parseInput({ source: 2, ...input })));
    if (items.length >= compactAt && collector.compact) items = collector.compact(items);
  }
  return collector.finish(items);
}

describe("array aggregator", () => {
  it("makes a list, also of nothing", () => {
    expect(aggregate("aggregate", [{ item: 1 }, { item: { a: 2 } }, {}])).toEqual([
      { array: [1, { a: 2 }, null], count: 3, key: null },
    ]);
    expect(aggregate("aggregate", [])).toEqual([{ array: [], count: 0, key: null }]);
  });

  it("groups by a value, in the order in which the groups began", () => {
    const inputs = [
      { item: 1, groupBy: "b" },
      { item: 2, groupBy: "a" },
      { item: 3, groupBy: "b" },
    ];
    expect(aggregate("aggregate", inputs)).toEqual([
      { array: [1, 3], count: 2, key: "b" },
      { array: [2], count: 1, key: "a" },
    ]);
  });
});

describe("text aggregator", () => {
  it.each([
    ["newLine", "a\nb"],
    ["comma", "a, b"],
    ["space", "a b"],
    ["none", "ab"],
    ["other", "a + b"],
  ])("joins with %s", (separator, text) => {
    const inputs = ["a", "b"].map((part) => ({ text: part, separator, otherSeparator: " + " }));
    expect(aggregate("aggregateText", inputs)).toEqual([{ text, count: 2, key: null }]);
  });
});

describe("numeric aggregator", () => {
  it("adds up what is a number", () => {
    const [bundle] = aggregate("aggregateNumbers", [{ value: 4 }, {}, { value: "-1" }]);
    expect(bundle).toEqual({ sum: 3, average: 1.5, min: -1, max: 4, count: 2, key: null });
    expect(aggregate("aggregateNumbers", [])).toEqual([
      { sum: 0, average: null, min: null, max: null, count: 0, key: null },
    ]);
  });
});

describe("table aggregator", () => {
  const row = (format: string) => ({
    format,
    columns: [{ name: "Title", value: 'a "b", c|d' }, { name: "Count", value: 2 }, { name: "None" }],
  });

  it.each([
    ["csv", 'Title,Count,None\n"a ""b"", c|d",2,'],
    ["tab", 'Title\tCount\tNone\na "b", c|d\t2\t'],
    ["markdown", '| Title | Count | None |\n| --- | --- | --- |\n| a "b", c\\|d | 2 |  |'],
  ])("writes %s", (format, text) => {
    expect(aggregate("aggregateTable", [row(format)])).toEqual([
      { text, rows: [['a "b", c|d', 2, null]], count: 1, key: null },
    ]);
  });
});

describe("folding", () => {
  const inputs = Array.from({ length: 30 }, (_, index) => ({
    text: `t${index}`,
    value: index % 7,
    groupBy: index % 3,
    separator: "comma",
  }));

  it.each(["aggregateText", "aggregateNumbers", "aggregate"])("changes nothing of what %s gives", (name) => {
    const whole = aggregate(name, inputs);
    expect(whole).toHaveLength(3);
    for (const at of [4, 7, 10]) expect(aggregate(name, inputs, at)).toEqual(whole);
  });
});
