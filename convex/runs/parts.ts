/** Rows for what does not fit into a run's log row. */
import type { Doc, Id } from "../_generated/dataModel.d.ts";
import type { MutationCtx, QueryCtx } from "../functions.ts";
import { PART_CHARACTERS } from "./limits.ts";

interface Place {
  logId: Id<"runLogs">;
  kind: Doc<"runLogParts">["kind"];
}

/** The parts of one kind, in order. */
export const partsOf = (ctx: QueryCtx, { logId, kind }: Place) =>
  ctx.db.query("runLogParts").withIndex("by_log_and_kind_and_part", (q) => q.eq("logId", logId).eq("kind", kind));

export async function insertPart(ctx: MutationCtx, part: Place & { part: number; text: string }): Promise<void> {
  await ctx.db.insert("runLogParts", part);
}

/** Cuts a text into parts and stores them. */
export async function storeText(ctx: MutationCtx, args: Place & { text: string }): Promise<void> {
  const { logId, kind } = args;
  for (const [part, text] of splitText(args.text).entries()) await insertPart(ctx, { logId, kind, part, text });
}

/** The texts of all parts, joined; empty where there are none. */
export async function readParts(ctx: QueryCtx, place: Place): Promise<string> {
  let text = "";
  for await (const row of partsOf(ctx, place)) text += row.text ?? "";
  return text;
}

export async function deleteParts(ctx: MutationCtx, place: Place): Promise<void> {
  for await (const row of partsOf(ctx, place)) await ctx.db.delete("runLogParts", row._id);
}

/** Deletes parts of a log of any kind, up to `limit`; returns how many. The files that they refer to go, too. */
export async function deleteSomeParts(
  ctx: MutationCtx,
  args: { logId: Id<"runLogs">; limit: number },
): Promise<number> {
  const rows = await ctx.db
    .query("runLogParts")
    .withIndex("by_log_and_kind_and_part", (q) => q.eq("logId", args.logId))
    .take(args.limit);
  for (const row of rows) {
    if (row.storageId !== undefined) await ctx.storage.delete(row.storageId);
    await ctx.db.delete("runLogParts", row._id);
  }
  return rows.length;
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
