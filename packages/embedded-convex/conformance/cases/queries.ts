import type { Value } from "convex/values";
import { expect } from "vitest";
import { type Args, type Case, type CaseContext, messageFor, OTHER_WORDS } from "../driver.ts";

const field = (path: string) => ({ field: path });
const literal = (value: Value) => ({ literal: value });
const op = (name: string, ...of: Value[]) => ({ op: name, of });
const value = field("value");
const missing = { missing: true };

async function insert({ driver, tag }: CaseContext, ...values: Value[]): Promise<void> {
  await driver.mutation("items:insertMany", { tag, values });
}

async function select({ driver, tag }: CaseContext, selection: Args): Promise<Value> {
  return await driver.query("queries:select", { tag, ...selection });
}

function filtered(context: CaseContext, ...filters: Value[]): Promise<Value> {
  return select(context, { filters });
}

interface FilterCase {
  name: string;
  covers: string[];
  values: Value[];
  /** Filters and the ranks that pass. */
  expected: [Value, number[]][];
}

const comparisons: FilterCase[] = [
  {
    name: "eq and neq",
    covers: ["FilterBuilder.eq", "FilterBuilder.neq", "FilterBuilder.field"],
    values: [1, 1n, "1", null, [1], { a: 1 }],
    expected: [
      [op("eq", value, literal(1)), [0]],
      [op("eq", value, literal(1n)), [1]],
      [op("eq", value, literal(null)), [3]],
      [op("eq", value, literal([1])), [4]],
      [op("eq", value, literal({ a: 1 })), [5]],
      [op("neq", value, literal("1")), [0, 1, 3, 4, 5]],
      [op("eq", field("value.a"), literal(1)), [5]],
      [op("eq", field("value.a"), missing), [0, 1, 2, 3, 4]],
      [op("neq", field("value.a"), missing), [5]],
    ],
  },
  {
    name: "lt, lte, gt and gte",
    covers: ["FilterBuilder.lt*", "FilterBuilder.gt*"],
    values: [-1, 0, 1, 2],
    expected: [
      [op("lt", value, literal(1)), [0, 1]],
      [op("lte", value, literal(1)), [0, 1, 2]],
      [op("gt", value, literal(1)), [3]],
      [op("gte", value, literal(1)), [2, 3]],
      [op("lt", literal(1), value), [3]],
    ],
  },
  {
    name: "add, sub, mul, div and mod of floats",
    covers: ["FilterBuilder.add", "FilterBuilder.sub", "FilterBuilder.mul", "FilterBuilder.div", "FilterBuilder.mod"],
    values: [-3, 2, 7],
    expected: [
      [op("eq", op("add", value, literal(1)), literal(3)), [1]],
      [op("eq", op("sub", value, literal(1)), literal(6)), [2]],
      [op("eq", op("mul", value, literal(2)), literal(-6)), [0]],
      [op("eq", op("div", value, literal(2)), literal(3.5)), [2]],
      [op("eq", op("mod", value, literal(2)), literal(-1)), [0]],
    ],
  },
  {
    name: "and, or and not",
    covers: ["FilterBuilder.and", "FilterBuilder.or", "FilterBuilder.not"],
    values: [1, 2, 3],
    expected: [
      [op("and", op("gt", value, literal(1)), op("lt", value, literal(3))), [1]],
      [op("or", op("eq", value, literal(1)), op("eq", value, literal(3))), [0, 2]],
      [op("not", op("eq", value, literal(1))), [1, 2]],
      [op("and"), [0, 1, 2]],
      [op("or"), []],
      [literal(true), [0, 1, 2]],
      [literal(false), []],
    ],
  },
];

const backendFilters: FilterCase[] = [
  {
    name: "comparisons across types, in Convex's order",
    covers: [],
    values: [null, 5n, 5, true, "5"],
    expected: [
      [op("lt", value, literal(0)), [0, 1]],
      [op("gt", value, literal(false)), [3, 4]],
      [op("gt", value, missing), [0, 1, 2, 3, 4]],
      [op("lt", field("value.none"), literal(null)), [0, 1, 2, 3, 4]],
    ],
  },
  {
    name: "arithmetic of int64, which wraps, and neg",
    covers: ["FilterBuilder.neg"],
    values: [2n ** 63n - 1n, 7n, -7n],
    expected: [
      [op("eq", op("add", value, literal(1n)), literal(-(2n ** 63n))), [0]],
      [op("eq", op("div", value, literal(2n)), literal(3n)), [1]],
      [op("eq", op("mod", value, literal(2n)), literal(-1n)), [2]],
      [op("eq", op("neg", value), literal(7n)), [2]],
    ],
  },
];

function filterCase({ name, covers, values, expected }: FilterCase): Case {
  return {
    name: `filters: ${name}`,
    covers: [...covers, "OrderedQuery.filter"],
    run: async (context) => {
      await insert(context, ...values);
      for (const [filter, ranks] of expected) expect(await filtered(context, filter)).toEqual(ranks);
    },
  };
}

const filterRefusals: [name: string, filter: Value, message: string][] = [
  ["a number for a boolean", literal(1), "Cannot use value 1.0 (type Float64) as a Boolean"],
  [
    "a missing field for a boolean",
    op("not", field("none")),
    "Cannot use value undefined (type undefined) as a Boolean",
  ],
  ["text in and", op("and", literal("x")), 'Cannot use value "x" (type String) as a Boolean'],
  [
    "the sum of an int64 and a float",
    op("eq", op("add", value, literal(1n)), literal(1)),
    "Cannot add 1.0 (type Float64) and 1 (type Int64)",
  ],
  ["the negative of text", op("eq", op("neg", literal("x")), literal(1)), 'Cannot negate "x" (type String)'],
];

const ranges: [name: string, index: string, range: Value[], ranks: number[]][] = [
  ["two equalities", "by_tag_and_rank_and_value", [["eq", "rank", 1]], [1]],
  ["gt", "by_tag_and_rank_and_value", [["gt", "rank", 1]], [2, 3]],
  [
    "gte and lt",
    "by_tag_and_rank_and_value",
    [
      ["gte", "rank", 1],
      ["lt", "rank", 3],
    ],
    [1, 2],
  ],
  ["lte", "by_tag_and_rank_and_value", [["lte", "rank", 1]], [0, 1]],
  [
    "gt and lte",
    "by_tag_and_rank_and_value",
    [
      ["gt", "rank", 0],
      ["lte", "rank", 2],
    ],
    [1, 2],
  ],
  [
    "nothing between",
    "by_tag_and_rank_and_value",
    [
      ["gt", "rank", 1],
      ["lt", "rank", 1],
    ],
    [],
  ],
  ["undefined", "by_tag_and_value", [["eq", "value"]], []],
  ["above undefined", "by_tag_and_value", [["gt", "value"]], [0, 1, 2, 3]],
];

const rangeRefusals: [name: string, range: Value[], message: string][] = [
  [
    "a field too early",
    [["eq", "value", 1]],
    `Tried to query index items.by_tag_and_rank_and_value but the query didn't use the index fields in order.
Index fields: ["tag", "rank", "value", "_creationTime"]
Query fields: ["tag", "value"]
First incorrect field: "value"`,
  ],
  [
    "a field that the index does not have",
    [["eq", "text", 1]],
    `The index range included a comparison with "text", but items.by_tag_and_rank_and_value with fields ["tag", "rank", "value", "_creationTime"] doesn't index this field.`,
  ],
  [
    "the same equality twice",
    [
      ["eq", "rank", 1],
      ["eq", "rank", 2],
    ],
    "Already defined equality bound in index range.",
  ],
];

export const queryCases: readonly Case[] = [
  ...comparisons.map(filterCase),
  ...backendFilters.map((one) => ({
    ...filterCase(one),
    wireOnly: "convex-test compares JavaScript values, does not wrap int64 values and has no neg",
  })),
  ...filterRefusals.map(([name, filter, message]): Case => ({
    name: `filters refuse ${name}`,
    wireOnly: "convex-test takes any truthy value for true, and adds what JavaScript can add",
    run: async (context) => {
      await insert(context, 1);
      await expect(filtered(context, filter)).rejects.toThrow(message);
    },
  })),
  {
    name: "several filters, one after the other",
    run: async (context) => {
      await insert(context, 1, 2, 3);
      const above = op("gt", value, literal(1));
      expect(await filtered(context, above, op("neq", op("add", value, literal(1)), literal(3)))).toEqual([2]);
    },
  },
  ...ranges.map(([name, index, range, ranks]): Case => ({
    name: `index ranges: ${name}`,
    covers: [
      "QueryInitializer.withIndex",
      "IndexRangeBuilder.eq",
      "LowerBoundIndexRangeBuilder.*",
      "UpperBoundIndexRangeBuilder.*",
      "TableDefinition.index",
    ],
    run: async (context) => {
      await insert(context, "a", "b", "c", "d");
      const whole = [["eq", "tag", context.tag], ...range];
      expect(await select(context, { index, range: whole })).toEqual(ranks);
      expect(await select(context, { index, range: whole, order: "desc" })).toEqual(ranks.toReversed());
    },
  })),
  ...rangeRefusals.map(([name, range, message]): Case => ({
    name: `index ranges refuse ${name}`,
    differs: OTHER_WORDS,
    run: async (context) => {
      const call = select(context, {
        index: "by_tag_and_rank_and_value",
        range: [["eq", "tag", context.tag], ...range],
      });
      await expect(call).rejects.toThrow(messageFor(context.driver, { wire: message, convexTest: "`withIndex`" }));
    },
  })),
  {
    name: "equalities may come in any order",
    wireOnly: "convex-test wants them in the order of the index's fields",
    run: async (context) => {
      await insert(context, "a", "b");
      const range = [
        ["eq", "value", "b"],
        ["eq", "tag", context.tag],
      ];
      expect(await select(context, { index: "by_tag_and_value", range })).toEqual([1]);
    },
  },
  {
    name: "a missing field is below null in an index, and equal to undefined",
    run: async (context) => {
      const { driver, tag } = context;
      await driver.mutation("items:insert", { tag, rank: 0 });
      await driver.mutation("items:insert", { tag, rank: 1, value: null });
      await driver.mutation("items:insert", { tag, rank: 2, value: 0 });
      const by = (...range: Value[]) =>
        select(context, { index: "by_tag_and_value", range: [["eq", "tag", tag], ...range] });
      expect(await by()).toEqual([0, 1, 2]);
      expect(await by(["eq", "value"])).toEqual([0]);
      expect(await by(["gt", "value"])).toEqual([1, 2]);
      expect(await by(["lt", "value", null])).toEqual([0]);
      expect(await by(["gte", "value", null])).toEqual([1, 2]);
    },
  },
  {
    name: "rows are taken in every way from every kind of query",
    covers: [
      "OrderedQuery.collect",
      "OrderedQuery.first",
      "OrderedQuery.take",
      "OrderedQuery.unique",
      "OrderedQuery.limit",
      "Query.order",
      "syscall 1.0/queryStream*",
      "syscall 1.0/queryCleanup",
    ],
    run: async (context) => {
      await insert(context, "a", "b", "c");
      const by = (how: string, count?: number) =>
        select(context, { taking: { by: how, ...(count === undefined ? {} : { count }) } });
      expect(await by("collect")).toEqual([0, 1, 2]);
      expect(await by("first")).toEqual([0]);
      expect(await by("take", 2)).toEqual([0, 1]);
      expect(await by("take", 0)).toEqual([]);
      expect(await by("take", 9)).toEqual([0, 1, 2]);
      expect(await by("limit", 2)).toEqual([0, 1]);
      expect(await by("next")).toEqual([0, 1, 2]);
      expect(await by("break", 1)).toEqual([0]);
      await expect(by("unique")).rejects.toThrow(/unique\(\) query returned more than one result from table items/);
      const one = { filters: [op("eq", value, literal("b"))], order: "desc" };
      expect(await select(context, { ...one, taking: { by: "unique" } })).toEqual([1]);
      expect(await select(context, { ...one, taking: { by: "first" } })).toEqual([1]);
    },
  },
  {
    name: "a whole table, scanned or by its own indexes",
    covers: [
      "QueryInitializer.fullTableScan",
      "QueryInitializer.count",
      "syscall 1.0/count",
      "SystemIndexes.*",
      "BaseDatabaseReader.query",
    ],
    run: async ({ driver }) => {
      await driver.mutation("queries:insertDirect", { ranks: [3, 1, 2] });
      expect(await driver.query("queries:direct")).toEqual({
        collect: [3, 1, 2],
        take: [3, 1],
        first: 3,
        limit: [3, 1],
        ordered: [2, 1, 3],
        filtered: [3, 2],
        scanned: [3, 1, 2],
        iterated: [3, 1, 2],
        count: 3,
        byCreationTime: [2, 1, 3],
        byId: [3, 1, 2],
        afterFirst: [1, 2],
        fromSecond: [1, 2],
      });
    },
  },
  {
    name: "queries are used once, and in the right way",
    run: async ({ driver }) => {
      expect(await driver.query("queries:misuse")).toEqual({
        "chained twice": "A query can only be chained once and can't be chained after iteration begins.",
        "two orders": "Queries may only specify order at most once",
        "collected twice": "This query is closed and can't emit any more values.",
        "take of a fraction": "Arg 1 `n` to `take` must be a non-negative integer",
        "take of a negative number": "Arg 1 `n` to `take` must be a non-negative integer",
        "a system table": "System tables can only be accessed from db.system.query().",
        "a user table of the system": "User tables can only be accessed from db.query().",
        "257 filters": "Can't construct query with more than 256 operators",
      });
      await expect(driver.query("queries:returnsQuery")).rejects.toThrow(
        "Return value is a Query. Results must be retrieved with",
      );
    },
  },
  {
    name: "a table that does not exist is empty; an index that does not exist is an error",
    differs: OTHER_WORDS,
    run: async ({ driver }) => {
      expect(await driver.query("queries:unknown", { table: "nowhere" })).toBe(0);
      const message = messageFor(driver, {
        wire: "Index items.by_none not found.",
        convexTest: /Cannot use index "by_none"/,
      });
      await expect(driver.query("queries:unknown", { table: "items", index: "by_none" })).rejects.toThrow(message);
    },
  },
];
