import type { Transaction } from "../transaction/transaction.ts";
import { keySuccessor } from "../values/keys.ts";
import { END_CURSOR, type PageCursors } from "./pageCursors.ts";
import type { Plan } from "./plan.ts";
import { openCursor } from "./queryCursor.ts";

/** The arguments of the `queryPage` operation. */
export interface PageRequest {
  cursor: string | null;
  endCursor: string | null;
  pageSize: number;
  maximumRowsRead?: number | null;
}

/** Where a live page ends, kept between reruns so that neighbouring pages have neither gaps nor overlaps. */
export interface PageJournal {
  endCursor: string | null;
}

/** Convex's advice to split pages that grew, in multiples of the page size asked for. */
const SPLIT_RECOMMENDED_FACTOR = 2;
const DEFAULT_MAXIMUM_ROWS = 16_384;

/**
 * Reads one page. A pinned end (from the client or from the journal of the query's last run) takes precedence over the size.
 * Returns the JSON text of the answer, and the journal to keep.
 */
export function readPage(
  transaction: Transaction,
  cursors: PageCursors,
  plan: Plan | null,
  request: PageRequest,
  journal: PageJournal | null,
): { json: string; journal: PageJournal } {
  const end = request.endCursor ?? journal?.endCursor ?? null;
  if (plan === null || request.cursor === END_CURSOR)
    return pageOf([], { isDone: true, continueCursor: END_CURSOR, split: null });

  const bounded = narrow(plan, cursors, request.cursor, end);
  const cursor = openCursor(transaction, bounded);
  const maximumRows = Math.max(1, request.maximumRowsRead ?? DEFAULT_MAXIMUM_ROWS);
  const rowsBefore = transaction.usage.used.documentsRead;
  const rows: string[] = [];
  const keys: Uint8Array[] = [];
  let exhausted = false;
  while (end !== null || rows.length < request.pageSize) {
    const row = cursor.next();
    if (row === null) {
      exhausted = true;
      break;
    }
    rows.push(row.json);
    keys.push(row.key);
    if (end === null && transaction.usage.used.documentsRead - rowsBefore >= maximumRows) break;
  }
  const last = keys.at(-1);
  const reachedEnd = exhausted || last === undefined;
  const continueCursor = end ?? (reachedEnd ? END_CURSOR : cursors.encode(plan, last));
  // Splitting the page of a search would not make it cheaper.
  const crowded = plan.search === undefined && rows.length > Math.max(1, request.pageSize) * SPLIT_RECOMMENDED_FACTOR;
  const split = crowded ? cursors.encode(plan, keys[keys.length >> 1]!) : null;
  return pageOf(rows, { isDone: end === null ? reachedEnd : end === END_CURSOR, continueCursor, split });
}

/** The part of a plan between two cursors: both stand for the key of the last row of a page. */
function narrow(plan: Plan, cursors: PageCursors, start: string | null, end: string | null): Plan {
  const bounded = { ...plan };
  if (start !== null) {
    const key = cursors.decode(plan, start);
    if (plan.order === "asc") bounded.low = keySuccessor(key);
    else bounded.high = key;
  }
  if (end !== null && end !== END_CURSOR) {
    const key = cursors.decode(plan, end);
    if (plan.order === "asc") bounded.high = keySuccessor(key);
    else bounded.low = key;
  }
  return bounded;
}

function pageOf(rows: string[], result: { isDone: boolean; continueCursor: string; split: string | null }) {
  const status = result.split === null ? "null" : '"SplitRecommended"';
  const json =
    `{"page":[${rows.join(",")}],"isDone":${result.isDone},"continueCursor":${JSON.stringify(result.continueCursor)},` +
    `"splitCursor":${JSON.stringify(result.split)},"pageStatus":${status}}`;
  return { json, journal: { endCursor: result.continueCursor } };
}
