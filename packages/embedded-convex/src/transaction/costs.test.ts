import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { TempStore } from "../../test/support/tempStore.ts";
import { openCursor } from "../functions/queryCursor.ts";
import { planQuery } from "../functions/plan.ts";
import type { QueryOperator, RangeExpression } from "../functions/queryTypes.ts";
import { Statement } from "../store/sqlite.ts";
import type { Transaction } from "./transaction.ts";

/** What the database is asked for: it must follow what a call touches, not what is stored. */
interface Cost {
  statements: number;
  rows: number;
}

const GROUPS = 10;
let temp: TempStore;

beforeEach(() => {
  temp = new TempStore();
  temp.write(({ catalog }) => {
    const items = catalog.ensureTable("", "items");
    catalog.activateIndexes(items, [
      { name: "by_group", fields: ["group"] },
      { name: "by_n", fields: ["n"] },
    ]);
  });
});

afterEach(() => {
  vi.restoreAllMocks();
  temp.dispose();
});

function insert(transaction: Transaction, n: number): string {
  return transaction.insert(transaction.catalog.table("", "items")!, { group: n % GROUPS, n, body: "text" });
}

function fill(from: number, to: number): void {
  temp.write((transaction) => {
    for (let n = from; n < to; n++) insert(transaction, n);
  });
}

function read(transaction: Transaction, index: string, range: RangeExpression[], operators: QueryOperator[]): number {
  const source = { type: "IndexRange" as const, indexName: `items.${index}`, range, order: "desc" as const };
  const cursor = openCursor(transaction, planQuery(transaction.catalog, "", { source, operators })!);
  let rows = 0;
  while (cursor.next() !== null) rows++;
  return rows;
}

function costOf(body: () => unknown): Cost {
  const cost: Cost = { statements: 0, rows: 0 };
  const run = vi.spyOn(Statement.prototype, "run");
  const get = vi.spyOn(Statement.prototype, "get");
  const all = vi.spyOn(Statement.prototype, "all");
  body();
  cost.statements = run.mock.calls.length + get.mock.calls.length + all.mock.calls.length;
  for (const { value } of get.mock.results) cost.rows += value === undefined ? 0 : 1;
  for (const { value } of all.mock.results) cost.rows += (value as unknown[]).length;
  vi.restoreAllMocks();
  return cost;
}

/** The same work on a small and on a large table. */
function costs(body: () => unknown): [small: Cost, large: Cost] {
  fill(0, 100);
  const small = costOf(body);
  fill(100, 5000);
  return [small, costOf(body)];
}

describe("what a call asks of the database", () => {
  it("is one statement and one row for a document by its index, at any size", () => {
    const one = () => read(temp.reader(), "by_n", [{ type: "Eq", fieldPath: "n", value: 42 }], [{ limit: 1 }]);
    expect(one()).toBe(0);
    const [small, large] = costs(() => expect(one()).toBe(1));
    expect(small).toEqual({ statements: 1, rows: 1 });
    expect(large).toEqual(small);
  });

  it("is as many rows as a limit says, however many there are", () => {
    const newest = () =>
      read(temp.reader(), "by_group", [{ type: "Eq", fieldPath: "group", value: 3 }], [{ limit: 5 }]);
    const [small, large] = costs(() => expect(newest()).toBe(5));
    expect(small).toEqual({ statements: 1, rows: 5 });
    expect(large).toEqual(small);
  });

  it("grows with what is read, a statement for hundreds of rows", () => {
    fill(0, 5000);
    const cost = costOf(() => expect(read(temp.reader(), "by_n", [], [])).toBe(5000));
    expect(cost.rows).toBe(5000);
    expect(cost.statements).toBeLessThan(20);
  });

  it("is one statement for the document and one for each index of an insert, at any size", () => {
    const add = () => temp.write((transaction) => insert(transaction, 42));
    const [small, large] = costs(add);
    // Begin, commit, the clock, and twice the count of changes are for the whole batch.
    expect(small.statements).toBe(3 + 5);
    expect(large).toEqual(small);
  });

  it("is nothing for the indexes of a change that does not move the document in them", () => {
    const at = temp.catalog.locate(
      "",
      temp.write((transaction) => insert(transaction, 1)),
    )!;
    const change = (fields: Record<string, string | number>) => () =>
      temp.write((transaction) => transaction.update(at, "Update", (old) => ({ ...old, ...fields })));
    const body = costOf(change({ body: "other" })).statements;
    const moved = costOf(change({ n: 2 })).statements;
    expect(moved - body).toBe(2);
  });
});
