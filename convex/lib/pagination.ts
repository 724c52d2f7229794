import type { QueryStream } from "convex-helpers/server/stream";
import { paginationOptsValidator, type PaginationOptions, type PaginationResult } from "convex/server";
import { jsonToConvex, v, type GenericValidator, type Value } from "convex/values";
import type { Doc, TableNames } from "../_generated/dataModel.d.ts";
import type { QueryCtx } from "../_generated/server.d.ts";
import { appError } from "./errors.ts";

export { paginationOptsValidator };

/** The `returns` validator of a paged query over `item`s. */
export function paginated<Item extends GenericValidator>(item: Item) {
  return v.object({
    page: v.array(item),
    isDone: v.boolean(),
    continueCursor: v.string(),
    splitCursor: v.optional(v.union(v.string(), v.null())),
    pageStatus: v.optional(v.union(v.literal("SplitRecommended"), v.literal("SplitRequired"), v.null())),
  });
}

/** No list hands out more than this many items at once, whatever a client asks for. */
const MAX_PAGE_ITEMS = 100;

/** The client's options with a bounded page size. */
export function boundedPage(options: PaginationOptions): PaginationOptions {
  return { ...options, numItems: Math.max(1, Math.min(Math.trunc(options.numItems) || 1, MAX_PAGE_ITEMS)) };
}

/** What a stream hands out as the cursor behind its last row. */
const END_CURSOR = "[]";
/** How a stream's cursor writes `undefined`. */
const UNDEFINED = "undefined";

/**
 * A page of a stream over an index range. A stream's cursor is an index key in plain JSON, which the client can change, and
 * a key outside of the range leads out of it, into other organizations' rows: only keys that begin as the range does are
 * let through. Throws `invalid` for any other cursor.
 */
export async function paginateStream<Table extends TableNames>(
  ctx: QueryCtx,
  args: { table: Table; rows: QueryStream<Doc<Table>>; options: PaginationOptions; maximumRowsRead: number },
): Promise<PaginationResult<Doc<Table>>> {
  const { table, rows, maximumRowsRead } = args;
  const bounded = boundedPage(args.options);
  if (bounded.cursor === END_CURSOR) return { page: [], isDone: true, continueCursor: END_CURSOR };
  const { cursor, endCursor } = bounded;
  const inRange = [cursor, endCursor ?? null].every(
    (given) => given === null || given === END_CURSOR || isKeyWithin(ctx, { cursor: given, table, rows }),
  );
  if (!inRange) throw appError("invalid", "The cursor is not one that this list has handed out.", { field: "cursor" });
  return await rows.paginate({ ...bounded, maximumRowsRead });
}

/** Whether a cursor is a whole key of the stream's index, and equals its range in the fields that the range fixes. */
function isKeyWithin<Table extends TableNames>(
  ctx: QueryCtx,
  args: { cursor: string; table: Table; rows: QueryStream<Doc<Table>> },
): boolean {
  const { table, rows } = args;
  const key = parseKey(args.cursor);
  const fixed = rows.getEqualityIndexFilter().map((value: Value | undefined) => value ?? UNDEFINED);
  if (key?.length !== rows.getIndexFields().length) return false;
  const id = key.at(-1);
  // What our ranges leave free are times, and at last the row's id.
  const times = key.slice(fixed.length, -1);
  if (typeof id !== "string" || ctx.db.normalizeId(table, id) === null) return false;
  return fixed.every((value, i) => key[i] === value) && times.every((value) => typeof value === "number");
}

function parseKey(cursor: string): Value[] | null {
  try {
    const key = jsonToConvex(JSON.parse(cursor) as never);
    return Array.isArray(key) ? key : null;
  } catch {
    return null;
  }
}

/** Maps the items of a Convex page, keeping its cursors. */
export async function mapPage<Page extends { page: unknown[] }, Out>(
  result: Page,
  map: (item: Page["page"][number]) => Promise<Out> | Out,
): Promise<Omit<Page, "page"> & { page: Out[] }> {
  return { ...result, page: await Promise.all(result.page.map(map)) };
}
