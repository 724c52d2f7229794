/** The bundle a run was started with: on its log row, or, when large, in parts, which begin as a file. */
import type { Doc, Id } from "../_generated/dataModel.d.ts";
import type { MutationCtx, QueryCtx } from "../functions.ts";
import { appendLog, requireLog } from "./log.ts";
import { getPlan } from "./plans.ts";
import { protectPayload } from "./privacy/payload.ts";
import { deleteParts, partsOf, readParts, storeText } from "./parts.ts";

/** JSON text of a run's payload. Throws while it is still in the file that the webhook stored. */
export async function readPayload(ctx: QueryCtx, log: Doc<"runLogs">): Promise<string> {
  if (log.payload !== undefined) return log.payload;
  const text = await readParts(ctx, { logId: log._id, kind: "payload" });
  if (text === "") throw new Error("The run's payload has not been read in yet.");
  return text;
}

/** Stores a large payload in parts. */
export async function storePayload(ctx: MutationCtx, args: { logId: Id<"runLogs">; text: string }): Promise<void> {
  await storeText(ctx, { ...args, kind: "payload" });
}

/** Refers to the file that holds a payload until the executor has read it. */
export async function referToFile(
  ctx: MutationCtx,
  args: { logId: Id<"runLogs">; storageId: Id<"_storage"> },
): Promise<void> {
  await ctx.db.insert("runLogParts", { ...args, kind: "payload", part: 0 });
}

/** The file that a payload is still in, or null. */
export async function getPayloadFile(ctx: QueryCtx, log: Doc<"runLogs">): Promise<Id<"_storage"> | null> {
  if (log.payload !== undefined) return null;
  const row = await partsOf(ctx, { logId: log._id, kind: "payload" }).first();
  return row?.storageId ?? null;
}

/** Replaces the reference to the file by its content, with what must be hidden sealed, and deletes the file. */
export async function takeIn(ctx: MutationCtx, run: Doc<"runs">, text: string): Promise<void> {
  const log = await requireLog(ctx, run);
  const logId = log._id;
  const storageId = await getPayloadFile(ctx, log);
  const plan = await getPlan(ctx, run);
  const hidden = plan && (await protectPayload(run, plan, { text, vault: null }));
  await deleteParts(ctx, { logId, kind: "payload" });
  if (storageId !== null) await ctx.storage.delete(storageId);
  await storePayload(ctx, { logId, text: hidden?.text ?? text });
  if (hidden) await appendLog(ctx, log, { operations: [], state: hidden.state });
}

/** Whether a text is larger than `bytes` in UTF-8; most are told by their length alone. */
export function exceedsBytes(text: string, bytes: number): boolean {
  if (text.length > bytes) return true;
  if (text.length * 3 <= bytes) return false;
  return new TextEncoder().encode(text).length > bytes;
}
