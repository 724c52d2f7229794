/** The bundle a run was started with: on its first log row, or, when large, in rows of its own. */
import type { Doc, Id } from "../_generated/dataModel.d.ts";
import type { MutationCtx, QueryCtx } from "../functions.ts";
import { splitText } from "./log.ts";

/** JSON text of a run's payload. Throws while it is still in the file that the webhook stored. */
export async function readPayload(
  ctx: QueryCtx,
  runId: Id<"runs">,
  open?: Doc<"runOperations"> | null,
): Promise<string> {
  const first = open?.part === 0 ? open : await firstLog(ctx, runId);
  if (first?.payload !== undefined) return first.payload;
  let text = "";
  for await (const row of payloadParts(ctx, runId)) text += row.text ?? "";
  if (text === "") throw new Error(`The payload of run ${runId} has not been read in yet.`);
  return text;
}

async function firstLog(ctx: QueryCtx, runId: Id<"runs">): Promise<Doc<"runOperations"> | null> {
  return await ctx.db
    .query("runOperations")
    .withIndex("by_run_and_part", (q) => q.eq("runId", runId).eq("part", 0))
    .unique();
}

const payloadParts = (ctx: QueryCtx, runId: Id<"runs">) =>
  ctx.db.query("runPayloads").withIndex("by_run_and_part", (q) => q.eq("runId", runId));

/** Stores a large payload in rows. */
export async function storePayload(ctx: MutationCtx, args: { runId: Id<"runs">; text: string }): Promise<void> {
  for (const [part, text] of splitText(args.text).entries()) {
    await ctx.db.insert("runPayloads", { runId: args.runId, part, text });
  }
}

/** Refers to the file that holds a payload until the executor has read it. */
export async function referToFile(
  ctx: MutationCtx,
  args: { runId: Id<"runs">; storageId: Id<"_storage"> },
): Promise<void> {
  await ctx.db.insert("runPayloads", { ...args, part: 0 });
}

/** The file that a payload is still in, or null. */
export async function getPayloadFile(ctx: QueryCtx, runId: Id<"runs">): Promise<Id<"_storage"> | null> {
  const row = await payloadParts(ctx, runId).first();
  return row?.storageId ?? null;
}

/** Replaces the reference to the file by its content, and deletes the file. */
export async function takeInFile(ctx: MutationCtx, args: { runId: Id<"runs">; text: string }): Promise<void> {
  for await (const row of payloadParts(ctx, args.runId)) {
    if (row.storageId !== undefined) await ctx.storage.delete(row.storageId);
    await ctx.db.delete("runPayloads", row._id);
  }
  await storePayload(ctx, args);
}

/** Whether a text is larger than `bytes` in UTF-8; most are told by their length alone. */
export function exceedsBytes(text: string, bytes: number): boolean {
  if (text.length > bytes) return true;
  if (text.length * 3 <= bytes) return false;
  return new TextEncoder().encode(text).length > bytes;
}
