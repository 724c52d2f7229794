import { mutationGeneric, queryGeneric } from "convex/server";
import { v } from "convex/values";

/** Every form of a query on `items`, described by data. Rows are named by their ranks. */

type Expression = { field: string } | { literal: unknown } | { missing: true } | { op: string; of: Expression[] };

interface Selection {
  tag: string;
  /** Null for a scan of the whole table; `fullTableScan` says so in words. */
  index?: string | null;
  /** [method, field, value]; without the value, undefined. */
  range?: [string, string, unknown?][];
  order?: "asc" | "desc";
  filters?: Expression[];
  scanned?: boolean;
  taking?: { by: "collect" | "first" | "unique" | "take" | "limit" | "next" | "break"; count?: number };
}

interface Row {
  _id: string;
  _creationTime: number;
  tag: string;
  rank?: number;
}

interface Rows extends AsyncIterable<Row> {
  fullTableScan(): Rows;
  withIndex(name: string, range: (q: Methods) => unknown): Rows;
  order(order: "asc" | "desc"): Rows;
  filter(predicate: (q: Methods) => unknown): Rows;
  limit(count: number): Rows;
  collect(): Promise<Row[]>;
  take(count: number): Promise<Row[]>;
  first(): Promise<Row | null>;
  unique(): Promise<Row | null>;
  next(): Promise<IteratorResult<Row>>;
  count(): Promise<number>;
}
type Methods = Record<string, (...args: unknown[]) => never>;

const tables = (ctx: { db: { query(table: string): unknown } }, table: string) => ctx.db.query(table) as Rows;

export const select = queryGeneric({
  handler: async (ctx, args) => {
    const selection = args as unknown as Selection;
    const rows = await taken(build(tables(ctx as never, "items"), selection), selection.taking ?? { by: "collect" });
    return rows.filter((row) => row.tag === selection.tag).map((row) => row.rank ?? null);
  },
});

function build(table: Rows, { tag, index = "by_tag", range, order, filters, scanned }: Selection): Rows {
  let rows = scanned === true ? table.fullTableScan() : table;
  if (index !== null) {
    rows = table.withIndex(index, (q) => {
      let builder = q;
      for (const [method, field, ...value] of range ?? [["eq", "tag", tag]]) {
        builder = builder[method]!(field, value[0]);
      }
      return builder;
    });
  }
  if (order !== undefined) rows = rows.order(order);
  for (const filter of filters ?? []) rows = rows.filter((q) => express(q, filter));
  return rows;
}

function express(q: Methods, expression: Expression): unknown {
  if ("field" in expression) return q.field!(expression.field);
  if ("literal" in expression) return expression.literal;
  if ("missing" in expression) return undefined;
  return q[expression.op]!(...expression.of.map((part) => express(q, part)));
}

async function taken(rows: Rows, { by, count = 0 }: NonNullable<Selection["taking"]>): Promise<Row[]> {
  switch (by) {
    case "collect":
      return await rows.collect();
    case "take":
      return await rows.take(count);
    case "limit":
      return await rows.limit(count).collect();
    case "first":
    case "unique":
      return [await rows[by]()].filter((row) => row !== null);
    case "next": {
      const found: Row[] = [];
      for (let step = await rows.next(); !step.done; step = await rows.next()) found.push(step.value);
      return found;
    }
    case "break": {
      const found: Row[] = [];
      for await (const row of rows) {
        found.push(row);
        if (found.length === count) break;
      }
      return found;
    }
  }
}

/** All ways to take rows directly from `ctx.db.query(table)`, on a table that has only rows of this case. */
export const direct = queryGeneric({
  handler: async (ctx) => {
    const table = () => tables(ctx as never, "direct");
    const ranks = (rows: Row[]) => rows.map((row) => row.rank);
    const iterated: Row[] = [];
    for await (const row of table()) iterated.push(row);
    return {
      collect: ranks(await table().collect()),
      take: ranks(await table().take(2)),
      first: (await table().first())?.rank,
      limit: ranks(await table().limit(2).collect()),
      ordered: ranks(await table().order("desc").collect()),
      filtered: ranks(
        await table()
          .filter((q) => q.gt!(q.field!("rank"), 1))
          .collect(),
      ),
      scanned: ranks(await table().fullTableScan().collect()),
      iterated: ranks(iterated),
      count: await table().count(),
      byCreationTime: ranks(
        await table()
          .withIndex("by_creation_time", (q) => q)
          .order("desc")
          .collect(),
      ),
      byId: ranks(
        await table()
          .withIndex("by_id", (q) => q)
          .collect(),
      ),
      afterFirst: ranks(
        await table()
          .withIndex("by_creation_time", (q) => q.gt!("_creationTime", iterated[0]!._creationTime))
          .collect(),
      ),
      fromSecond: ranks(
        await table()
          .withIndex("by_id", (q) => q.gte!("_id", iterated[1]!._id))
          .collect(),
      ),
    };
  },
});

export const insertDirect = mutationGeneric({
  args: { ranks: v.array(v.number()) },
  handler: async (ctx, { ranks }) => {
    for (const row of await ctx.db.query("direct").collect()) await ctx.db.delete(row._id);
    for (const rank of ranks) await ctx.db.insert("direct", { rank });
  },
});

/** Messages of what may not be done with a query. */
export const misuse = queryGeneric({
  handler: async (ctx) => {
    const messages: Record<string, string> = {};
    const attempt = async (name: string, body: () => unknown) => {
      try {
        await body();
        messages[name] = "nothing";
      } catch (error) {
        messages[name] = (error as Error).message;
      }
    };
    const items = () => tables(ctx as never, "items");
    await attempt("chained twice", () => {
      const rows = items().order("asc");
      rows.filter((q) => q.eq!(1, 1));
      return rows.filter((q) => q.eq!(1, 1));
    });
    await attempt("two orders", () => items().order("asc").order("desc"));
    await attempt("collected twice", async () => {
      const rows = items().order("asc");
      await rows.collect();
      await rows.collect();
    });
    await attempt("take of a fraction", () => items().take(1.5));
    await attempt("take of a negative number", () => items().take(-1));
    await attempt("a system table", () => tables(ctx as never, "_storage").collect());
    await attempt("a user table of the system", () => tables({ db: ctx.db.system }, "items").collect());
    await attempt("257 filters", () => {
      let rows = items().order("asc");
      for (let number = 0; number < 257; number++) rows = rows.filter((q) => q.eq!(1, 1));
      return rows.collect();
    });
    return messages;
  },
});

/** A query object as the result: the handler has forgotten to read it. */
export const returnsQuery = queryGeneric({ handler: (ctx) => ctx.db.query("items") as unknown as null });

/** Unknown tables and indexes. */
export const unknown = queryGeneric({
  args: { table: v.string(), index: v.optional(v.string()) },
  handler: async (ctx, { table, index }) => {
    const rows = tables(ctx as never, table);
    return (await (index === undefined ? rows : rows.withIndex(index, (q) => q)).collect()).length;
  },
});
