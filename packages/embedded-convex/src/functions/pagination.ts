import { LIMITS } from "../transaction/limits.ts";
import type { Transaction } from "../transaction/transaction.ts";
import { keySuccessor } from "../values/keys.ts";
import { END_CURSOR, type PageCursors } from "./pageCursors.ts";
import type { Plan } from "./plan.ts";
import { openCursor, type ReadBudget, type RowCursor } from "./queryCursor.ts";

/** The arguments of the `queryPage` operation. */
export interface PageRequest {
  cursor: string | null;
  endCursor: string | null;
  pageSize: number;
  maximumRowsRead?: number | null;
  maximumBytesRead?: number | null;
}

/** Where a live page ends, kept between reruns so that neighbouring pages have neither gaps nor overlaps. */
export interface PageJournal {
  endCursor: string | null;
}

/** What a page may have at most of rows (an array's limit), and read at most; Convex advises to split at three quarters of it. */
const MAX_PAGE_ROWS = 8192;
const ADVISED_SHARE = 3 / 4;

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
  checkRequest(request);
  const end = request.endCursor ?? journal?.endCursor ?? null;
  if (plan === null || request.cursor === END_CURSOR)
    return pageOf([], { isDone: true, continueCursor: END_CURSOR, splitCursor: null, status: null });

  // A pinned page has to be read to its end, whatever that costs.
  const pinned = end !== null;
  const limits = { rows: request.maximumRowsRead ?? null, bytes: request.maximumBytesRead ?? null };
  const budget = pinned ? { rows: null, bytes: null } : limits;
  const cursor = openCursor(transaction, narrow(plan, cursors, request.cursor, end), budget);
  const rows: string[] = [];
  let exhausted = false;
  while (pinned || rows.length < request.pageSize) {
    const row = cursor.next();
    if (row === null) {
      exhausted = !cursor.read.stopped;
      break;
    }
    rows.push(row.json);
  }
  const { keys, stopped } = cursor.read;
  const continueCursor = end ?? (exhausted ? END_CURSOR : cursors.encode(plan, keys.at(-1)!));
  // Splitting the page of a search would not make it cheaper.
  const splitCursor =
    plan.search === undefined && keys.length > 2 ? cursors.encode(plan, keys[keys.length >> 1]!) : null;
  const status = stopped ? "SplitRequired" : isCrowded(rows, cursor, limits) ? "SplitRecommended" : null;
  return pageOf(rows, { isDone: continueCursor === END_CURSOR, continueCursor, splitCursor, status });
}

/** @throws as the backend does for a page that could have no rows. */
function checkRequest({ pageSize, maximumRowsRead, maximumBytesRead }: PageRequest): void {
  if (pageSize === 0) throw new Error("Must request at least 1 document while paginating");
  if (maximumRowsRead === 0 || maximumBytesRead === 0)
    throw new Error("maximumRowsRead and maximumBytesRead must be greater than 0");
}

/** Is the page so close to a limit that it had better be two? */
function isCrowded(rows: readonly string[], { read }: RowCursor, limits: ReadBudget): boolean {
  return (
    read.rows > ADVISED_SHARE * Math.min(limits.rows ?? Infinity, LIMITS.documentsRead) ||
    read.bytes > ADVISED_SHARE * Math.min(limits.bytes ?? Infinity, LIMITS.bytesRead) ||
    rows.length > ADVISED_SHARE * MAX_PAGE_ROWS
  );
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

interface PageEnd {
  isDone: boolean;
  continueCursor: string;
  splitCursor: string | null;
  status: "SplitRequired" | "SplitRecommended" | null;
}

function pageOf(rows: string[], end: PageEnd): { json: string; journal: PageJournal } {
  const { isDone, continueCursor, splitCursor, status } = end;
  const json =
    `{"page":[${rows.join(",")}],"isDone":${isDone},"continueCursor":${JSON.stringify(continueCursor)},` +
    `"splitCursor":${JSON.stringify(splitCursor)},"pageStatus":${JSON.stringify(status)}}`;
  return { json, journal: { endCursor: continueCursor } };
}
