/**
 * A run's log, engine state and payload in the database: one row where everything fits, and parts beside it where it does
 * not. Operations are appended to the row; when it is full, what it holds moves into a part.
 */
import type { Doc, Id } from "../_generated/dataModel.d.ts";
import type { MutationCtx, QueryCtx } from "../functions.ts";
import { INLINE_STATE_CHARACTERS, LOG_ROW_CHARACTERS, MAX_STATE_CHARACTERS } from "./limits.ts";
import { keepLarge } from "./largeValues.ts";
import type { LargeValue } from "./packing.ts";
import { deleteParts, insertPart, readParts, storeText } from "./parts.ts";

/** What a step adds to the log. `state` is null once the run has ended; `edges` then has the final counts. */
export interface LogEntry {
  operations: string[];
  /** What was too large for those texts; kept whole as far as there is room. */
  large?: readonly LargeValue[];
  state: string | null;
  edges?: string;
}

/** Inserts a run's log, with its payload where that is small. */
export async function createLog(ctx: MutationCtx, args: { payload?: string; entry: LogEntry }): Promise<Id<"runLogs">> {
  const { payload, entry } = args;
  const texts = groupOperations("", entry.operations);
  const operations = texts.pop() ?? "";
  const logId = await ctx.db.insert("runLogs", {
    operations,
    closedParts: texts.length,
    ...(texts.length > 0 && { closedCharacters: sumLengths(texts) }),
    ...(payload !== undefined && { payload }),
    ...stateField(entry.state),
    ...(entry.edges !== undefined && { edges: entry.edges }),
  });
  await storeParts(ctx, { logId, firstPart: 0, texts, state: entry.state });
  if (entry.large && entry.large.length > 0) await keepLarge(ctx, { logId, kept: 0, large: entry.large });
  return logId;
}

/** The run's log, or null where it was lost. */
export async function getLog(ctx: QueryCtx, run: Pick<Doc<"runs">, "logId">): Promise<Doc<"runLogs"> | null> {
  return await ctx.db.get("runLogs", run.logId);
}

/** The run's log. One that is gone is replaced by an empty one, so that the run can at least be ended. */
export async function requireLog(ctx: MutationCtx, run: Doc<"runs">): Promise<Doc<"runLogs">> {
  const log = await getLog(ctx, run);
  if (log) return log;
  const logId = await createLog(ctx, { entry: { operations: [], state: null } });
  await ctx.db.patch("runs", run._id, { logId });
  return await requireLog(ctx, { ...run, logId });
}

/** Appends to a run's log and replaces its state. `log` must have been read in the same transaction. */
export async function appendLog(ctx: MutationCtx, log: Doc<"runLogs">, entry: LogEntry): Promise<void> {
  const { _id: logId, closedParts } = log;
  if (log.state === undefined) await deleteParts(ctx, { logId, kind: "state" });
  const texts = groupOperations(log.operations, entry.operations);
  const operations = texts.pop() ?? "";
  await ctx.db.patch("runLogs", logId, {
    operations,
    state: undefined,
    ...(texts.length > 0 && {
      closedParts: closedParts + texts.length,
      closedCharacters: (log.closedCharacters ?? 0) + sumLengths(texts),
    }),
    ...stateField(entry.state),
    ...(entry.edges !== undefined && { edges: entry.edges }),
  });
  await storeParts(ctx, { logId, firstPart: closedParts, texts, state: entry.state });
  if (!entry.large || entry.large.length === 0) return;
  await keepLarge(ctx, { logId, kept: log.largeBytes ?? 0, large: entry.large });
}

const sumLengths = (texts: readonly string[]) => texts.reduce((sum, text) => sum + text.length, 0);
const isInline = (state: string) => state.length <= INLINE_STATE_CHARACTERS;
const stateField = (state: string | null) => (state !== null && isInline(state) ? { state } : {});

async function storeParts(
  ctx: MutationCtx,
  args: { logId: Id<"runLogs">; firstPart: number; texts: readonly string[]; state: string | null },
): Promise<void> {
  const { logId, state } = args;
  for (const [index, text] of args.texts.entries()) {
    await insertPart(ctx, { logId, kind: "operations", part: args.firstPart + index, text });
  }
  if (state !== null && !isInline(state)) await storeText(ctx, { logId, kind: "state", text: state });
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

/** Whether a state is small enough to be kept at all. */
export const isStorable = (state: string) => state.length <= MAX_STATE_CHARACTERS;

/** The text of the engine's state, wherever it is kept. Throws for a run that has none any more. */
export async function readState(ctx: QueryCtx, log: Doc<"runLogs">): Promise<string> {
  if (log.state !== undefined) return log.state;
  const text = await readParts(ctx, { logId: log._id, kind: "state" });
  if (text === "") throw new Error("The run has lost its state.");
  return text;
}
