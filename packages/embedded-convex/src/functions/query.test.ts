import { convexToJson } from "convex/values";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { TempStore } from "../../test/support/tempStore.ts";
import type { Transaction } from "../transaction/transaction.ts";
import type { ConvexJson } from "../values/json.ts";
import { compareJson } from "../values/keys.ts";
import { PageCursors } from "./pageCursors.ts";
import { type PageRequest, readPage } from "./pagination.ts";
import { planQuery } from "./plan.ts";
import { QueryCursor } from "./queryCursor.ts";
import type { QueryOperator, RangeExpression, SerializedQuery } from "./queryTypes.ts";

let temp: TempStore;
const cursors = new PageCursors(Buffer.alloc(48, 7));

beforeEach(() => {
  temp = new TempStore();
  temp.store.write(() => {
    const table = temp.catalog.ensureTable("", "rows");
    temp.catalog.activateIndexes(table, [{ name: "by_a_and_b", fields: ["a", "b"] }]);
  });
});
afterEach(() => temp.dispose());

function add(...rows: Record<string, ConvexJson>[]): string[] {
  return temp.write((transaction) => rows.map((row) => transaction.insert(temp.catalog.table("", "rows")!, row)));
}

function scan(operators: QueryOperator[] = [], order: "asc" | "desc" = "asc"): SerializedQuery {
  return { source: { type: "FullTableScan", tableName: "rows", order }, operators };
}

function indexed(
  range: RangeExpression[],
  order: "asc" | "desc" = "asc",
  operators: QueryOperator[] = [],
): SerializedQuery {
  return { source: { type: "IndexRange", indexName: "rows.by_a_and_b", range, order }, operators };
}

function run(query: SerializedQuery, transaction: Transaction = temp.reader()): Record<string, ConvexJson>[] {
  const plan = planQuery(temp.catalog, "", query);
  if (plan === null) return [];
  const cursor = new QueryCursor(transaction, plan);
  const rows = [];
  for (let row = cursor.next(); row !== null; row = cursor.next())
    rows.push(JSON.parse(row.json) as Record<string, ConvexJson>);
  return rows;
}

const values = (rows: Record<string, ConvexJson>[]) => rows.map(({ n }) => n);
const range = (type: RangeExpression["type"], fieldPath: string, value: ConvexJson): RangeExpression => ({
  type,
  fieldPath,
  value,
});

describe("queries", () => {
  it("scan in creation order and in chunks, both ways", () => {
    add(...Array.from({ length: 1500 }, (_, n) => ({ n })));
    const all = Array.from({ length: 1500 }, (_, n) => n);
    expect(values(run(scan()))).toEqual(all);
    expect(values(run(scan([], "desc")))).toEqual(all.reverse());
  });

  it("apply filters and limits in their order", () => {
    add({ n: 1 }, { n: 2 }, { n: 3 }, { n: 4 });
    const filter: QueryOperator = { filter: { $gt: [{ $field: "n" }, { $literal: 1 }] as ConvexJson[] } };
    expect(values(run(scan([filter, { limit: 2 }])))).toEqual([2, 3]);
    expect(values(run(scan([{ limit: 2 }, filter])))).toEqual([2]);
    expect(run(scan([{ limit: 0 }]))).toEqual([]);
  });

  it("find by index exactly what a filter over all rows finds", () => {
    const value = fc.constantFrom<ConvexJson>(null, -1, 0, 1, "", "a", "ab", true, { $integer: "AQAAAAAAAAA=" }, []);
    const bound = fc.record({
      lower: fc.constantFrom("Gt", "Gte", null),
      upper: fc.constantFrom("Lt", "Lte", null),
      low: value,
      high: value,
    });
    fc.assert(
      fc.property(
        fc.array(fc.record({ a: value, b: value }), { maxLength: 12 }),
        value,
        bound,
        fc.boolean(),
        (rows, a, { lower, upper, low, high }, descending) => {
          temp.store.write(() => temp.store.database.exec("DELETE FROM docs; DELETE FROM idx"));
          add(...rows);
          const expressions = [range("Eq", "a", a)];
          if (lower !== null) expressions.push(range(lower, "b", low));
          if (upper !== null) expressions.push(range(upper, "b", high));
          const matches = (b: ConvexJson) => {
            const fromLow = compareJson(b, low);
            const toHigh = compareJson(b, high);
            return (
              (lower === null || (lower === "Gt" ? fromLow > 0 : fromLow >= 0)) &&
              (upper === null || (upper === "Lt" ? toHigh < 0 : toHigh <= 0))
            );
          };
          const expected = run(scan()).filter((row) => compareJson(row.a, a) === 0 && matches(row.b!));
          expected.sort((x, y) => compareJson(x.b, y.b) || (x._creationTime as number) - (y._creationTime as number));
          if (descending) expected.reverse();
          expect(run(indexed(expressions, descending ? "desc" : "asc")).map(({ _id }) => _id)).toEqual(
            expected.map(({ _id }) => _id),
          );
        },
      ),
      { numRuns: 150 },
    );
  });

  it("range over creation times and ids behind the fields of an index", () => {
    add({ a: 1, b: 1, n: 0 }, { a: 1, b: 1, n: 1 }, { a: 1, b: 1, n: 2 });
    const [, second] = run(scan());
    const equal = [range("Eq", "a", 1), range("Eq", "b", 1)];
    expect(values(run(indexed([...equal, range("Gte", "_creationTime", second!._creationTime!)])))).toEqual([1, 2]);
    expect(values(run(indexed([...equal, range("Lt", "_creationTime", second!._creationTime!)])))).toEqual([0]);
    expect(
      values(
        run(
          indexed([...equal, range("Eq", "_creationTime", second!._creationTime!), range("Eq", "_id", second!._id!)]),
        ),
      ),
    ).toEqual([1]);
    expect(run(indexed([...equal, range("Gt", "_creationTime", "later than any number")]))).toEqual([]);
    expect(run(indexed([...equal, range("Gt", "_creationTime", null)]))).toHaveLength(3);
  });

  it("range over ids behind the creation time, as the paginators of convex-helpers do", () => {
    add({ n: 0 }, { n: 1 }, { n: 2 });
    const [, second] = run(scan());
    const same = range("Eq", "_creationTime", second!._creationTime!);
    const byTime = (...bounds: RangeExpression[]): SerializedQuery => ({
      source: { type: "IndexRange", indexName: "rows.by_creation_time", range: bounds, order: "asc" },
      operators: [],
    });
    expect(values(run(byTime(same, range("Gte", "_id", second!._id!))))).toEqual([1]);
    expect(values(run(byTime(same, range("Gt", "_id", second!._id!))))).toEqual([]);
    expect(values(run(byTime(range("Gt", "_creationTime", second!._creationTime!))))).toEqual([2]);
  });

  it("tell missing values from null", () => {
    add({ b: 1, n: 0 }, { a: null, n: 1 });
    expect(values(run(indexed([range("Eq", "a", { $undefined: null })])))).toEqual([0]);
    expect(values(run(indexed([range("Eq", "a", convexToJson(null))])))).toEqual([1]);
  });

  it("refuse unknown indexes and fields out of order, and find nothing in unknown tables", () => {
    expect(() => run(indexed([range("Eq", "b", 1)]))).toThrow("didn't use the index fields in order");
    expect(() =>
      run({ source: { type: "IndexRange", indexName: "rows.nope", range: [], order: null }, operators: [] }),
    ).toThrow("Index rows.nope not found");
    expect(run({ source: { type: "FullTableScan", tableName: "nope", order: null }, operators: [] })).toEqual([]);
  });

  it("register what they have read and no more", () => {
    add(...[1, 2, 3].map((n) => ({ a: n, n })));
    const transaction = temp.reader();
    run(indexed([], "asc", [{ limit: 1 }]), transaction);
    const [read] = transaction.reads.ranges;
    const inside = (key: Uint8Array) => Buffer.compare(read!.low, key) <= 0 && Buffer.compare(key, read!.high) < 0;
    const keys = temp.store.scan(read!.index, Buffer.alloc(0), Buffer.from([0xff]), "asc", 10).map(([key]) => key);
    expect(keys.map(inside)).toEqual([true, false, false]);
  });
});

describe("pages", () => {
  const page = (request: Partial<PageRequest>, journal: { endCursor: string | null } | null = null, query = scan()) => {
    const plan = planQuery(temp.catalog, "", query);
    const result = readPage(
      temp.reader(),
      cursors,
      plan,
      { cursor: null, endCursor: null, pageSize: 2, ...request },
      journal,
    );
    return {
      ...(JSON.parse(result.json) as {
        page: Record<string, ConvexJson>[];
        isDone: boolean;
        continueCursor: string;
        splitCursor: string | null;
      }),
      journal: result.journal,
    };
  };

  it("follow one another without gaps or repetitions, both ways", () => {
    add(...Array.from({ length: 5 }, (_, n) => ({ n })));
    for (const order of ["asc", "desc"] as const) {
      const seen: ConvexJson[] = [];
      let cursor: string | null = null;
      for (let isDone = false; !isDone;) {
        const result: ReturnType<typeof page> = page({ cursor }, null, scan([], order));
        seen.push(...values(result.page).map((n) => n!));
        ({ isDone, continueCursor: cursor } = result);
      }
      expect(seen).toEqual(order === "asc" ? [0, 1, 2, 3, 4] : [4, 3, 2, 1, 0]);
    }
  });

  it("keep their end in a rerun, however many rows have come between", () => {
    add({ a: 1, n: 0 }, { a: 3, n: 1 }, { a: 5, n: 2 });
    const query = indexed([]);
    const first = page({}, null, query);
    add({ a: 2, n: 3 }, { a: 2, n: 4 }, { a: 2, n: 5 }, { a: 4, n: 6 });
    const again = page({}, first.journal, query);
    expect(values(again.page)).toEqual([0, 3, 4, 5, 1]);
    expect(again.continueCursor).toBe(first.continueCursor);
    expect(again.splitCursor).not.toBeNull();
    expect(values(page({ cursor: again.continueCursor }, null, query).page)).toEqual([6, 2]);
  });

  it("refuse cursors of other queries and changed ones, in the words that clients look for", () => {
    add({ n: 0 }, { n: 1 }, { n: 2 });
    const { continueCursor } = page({});
    expect(() => page({ cursor: continueCursor }, null, scan([], "desc"))).toThrow("InvalidCursor");
    expect(() => page({ cursor: `${continueCursor.startsWith("A") ? "B" : "A"}${continueCursor.slice(1)}` })).toThrow(
      "InvalidCursor",
    );
    expect(() => page({ cursor: "" })).toThrow("InvalidCursor");
  });

  it("do not show contents in cursors", () => {
    add({ a: "secret", n: 0 }, { a: "secret", n: 1 }, { a: "secret", n: 2 });
    const { continueCursor } = page({}, null, indexed([]));
    expect(Buffer.from(continueCursor, "base64url").includes("secret")).toBe(false);
  });
});
