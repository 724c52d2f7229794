/** Credentials of a connection that turn up in a run's own data: nobody could know before the connection was opened. */
import type { JsonValue } from "@patchbay/core";
import { createRedactor } from "@patchbay/sdk";
import type { Doc } from "../../_generated/dataModel.d.ts";
import type { MutationCtx } from "../../functions.ts";
import { partsOf } from "../parts.ts";

/**
 * Parts of a log that are gone through in the transaction, some 1.2 million characters. What a run stored beyond them before its first
 * operation with the connection is not reached.
 */
const MAX_PARTS = 10;

/**
 * Removes the secrets from what is stored of the run so far, and gives back its log. Only once its state was read: that is sealed
 * by the same step, with the payload as it was.
 */
export async function redactLog(
  ctx: MutationCtx,
  log: Doc<"runLogs">,
  secrets: readonly string[],
): Promise<Doc<"runLogs">> {
  const redact = createRedactor(secrets);
  const inList = (text: string) => JSON.stringify(redact(JSON.parse(`[${text}]`) as JsonValue)).slice(1, -1);
  const changed = {
    operations: inList(log.operations),
    ...(log.payload !== undefined && { payload: inList(log.payload) }),
  };
  await ctx.db.patch("runLogs", log._id, changed);
  for (const part of await partsOf(ctx, { logId: log._id, kind: "operations" }).take(MAX_PARTS)) {
    if (part.text !== undefined) await ctx.db.patch("runLogParts", part._id, { text: inList(part.text) });
  }
  return { ...log, ...changed };
}
