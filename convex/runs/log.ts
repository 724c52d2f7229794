/**
 * A run's log and engine state in the database: one row where everything fits, more where it does not. The last part is
 * the open one: operations are appended to it, and it carries the state while the run is live.
 */
import type { Doc, Id } from "../_generated/dataModel.d.ts";
import type { MutationCtx, QueryCtx } from "../functions.ts";
import { INLINE_STATE_CHARACTERS, LOG_ROW_CHARACTERS, MAX_STATE_CHARACTERS, PART_CHARACTERS } from "./limits.ts";

/** What a step adds to the log. `state` is null once the run has ended; `edges` then has the final counts. */
export interface LogEntry {
  operations: string[];
  state: string | null;
  edges?: string;
}

/** The run's open log row, or null before its first entry. */
export async function getOpenLog(ctx: QueryCtx, runId: Id<"runs">): Promise<Doc<"runOperations"> | null> {
  return await ctx.db
    .query("runOperations")
    .withIndex("by_run_and_part", (q) => q.eq("runId", runId))
    .order("desc")
    .first();
}

/** The text of the engine's state, wherever it is kept. Throws for a run that has none any more. */
export async function readState(ctx: QueryCtx, open: Doc<"runOperations">): Promise<string> {
  if (open.state !== undefined) return open.state;
  let text = "";
  for await (const row of stateParts(ctx, open.runId)) text += row.text;
  if (text === "") throw new Error(`Run ${open.runId} has lost its state.`);
  return text;
}

const stateParts = (ctx: QueryCtx, runId: Id<"runs">) =>
  ctx.db.query("runStateParts").withIndex("by_run_and_part", (q) => q.eq("runId", runId));

/** Whether a state is small enough to be kept at all. */
export const isStorable = (state: string) => state.length <= MAX_STATE_CHARACTERS;

/** Inserts a run's first log row. */
export async function createLog(
  ctx: MutationCtx,
  args: { runId: Id<"runs">; payload?: string; entry: LogEntry },
): Promise<void> {
  const { runId, payload, entry } = args;
  const [first = "", ...rest] = groupOperations("", entry.operations);
  const fits = rest.length === 0 && isInline(entry.state);
  await ctx.db.insert("runOperations", {
    runId,
    part: 0,
    operations: first,
    ...(payload !== undefined && { payload }),
    ...(fits && entry.state !== null && { state: entry.state }),
    ...(rest.length === 0 && entry.edges !== undefined && { edges: entry.edges }),
  });
  if (!fits) await appendParts(ctx, { runId, lastPart: 0, texts: rest, entry });
}

/** Appends to a run's log and replaces its state. `open` must have been read in the same transaction. */
export async function appendLog(ctx: MutationCtx, open: Doc<"runOperations">, entry: LogEntry): Promise<void> {
  const { runId } = open;
  if (open.state === undefined)
    for await (const row of stateParts(ctx, runId)) await ctx.db.delete("runStateParts", row._id);
  const [first = "", ...rest] = groupOperations(open.operations, entry.operations);
  const fits = rest.length === 0 && isInline(entry.state);
  await ctx.db.patch("runOperations", open._id, {
    operations: first,
    state: fits && entry.state !== null ? entry.state : undefined,
    ...(rest.length === 0 && entry.edges !== undefined && { edges: entry.edges }),
  });
  if (!fits) await appendParts(ctx, { runId, lastPart: open.part, texts: rest, entry });
}

const isInline = (state: string | null) => state === null || state.length <= INLINE_STATE_CHARACTERS;

/** Further log rows; the state goes into the last of them, or into rows of its own. */
async function appendParts(
  ctx: MutationCtx,
  args: { runId: Id<"runs">; lastPart: number; texts: string[]; entry: LogEntry },
): Promise<void> {
  const { runId, texts, entry } = args;
  const inline = isInline(entry.state);
  for (const [index, operations] of texts.entries()) {
    const isLast = index === texts.length - 1;
    await ctx.db.insert("runOperations", {
      runId,
      part: args.lastPart + 1 + index,
      operations,
      ...(isLast && inline && entry.state !== null && { state: entry.state }),
      ...(isLast && entry.edges !== undefined && { edges: entry.edges }),
    });
  }
  if (inline || entry.state === null) return;
  for (const [part, text] of splitText(entry.state).entries())
    await ctx.db.insert("runStateParts", { runId, part, text });
}

/** Joins operations into row-sized texts; the first continues `open`. */
function groupOperations(open: string, operations: readonly string[]): string[] {
  const texts = [open];
  for (const operation of operations) {
    const current = texts[texts.length - 1] ?? "";
    if (current === "") texts[texts.length - 1] = operation;
    else if (current.length + operation.length > LOG_ROW_CHARACTERS) texts.push(operation);
    else texts[texts.length - 1] = `${current},${operation}`;
  }
  return texts;
}

/** Cuts a text into parts that fit into rows, never inside a surrogate pair. */
export function splitText(text: string): string[] {
  const parts: string[] = [];
  for (let from = 0; from < text.length;) {
    let to = Math.min(from + PART_CHARACTERS, text.length);
    const last = text.charCodeAt(to - 1);
    if (to < text.length && last >= 0xd800 && last <= 0xdbff) to -= 1;
    parts.push(text.slice(from, to));
    from = to;
  }
  return parts;
}
