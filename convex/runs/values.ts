/** Large values: into files, and back to whoever may read the run. */
import { v } from "convex/values";
import { internal } from "../_generated/api.js";
import { internalAction, internalMutation, internalQuery, orgAction, type QueryCtx } from "../functions.ts";
import { getOwned } from "../lib/ids.ts";
import { rowsOf, type ValuePlace } from "./largeValues.ts";
import { getLog } from "./log.ts";
import { readPayload } from "./payloads.ts";
import { PAYLOAD_CONTENT_TYPE } from "./retention.ts";

const fieldValidator = v.union(v.literal("input"), v.literal("output"));
const placeFields = { operationId: v.number(), field: fieldValidator };
const inLog = { logId: v.id("runLogs"), ...placeFields };

/** Where a value is: its text, or the file that holds it. */
const foundValidator = v.union(
  v.null(),
  v.object({ kind: v.literal("text"), text: v.string() }),
  v.object({ kind: v.literal("file"), storageId: v.id("_storage") }),
);

async function find(ctx: QueryCtx, place: ValuePlace) {
  let text = "";
  for await (const row of rowsOf(ctx, place)) {
    if (row.storageId !== undefined) return { kind: "file" as const, storageId: row.storageId };
    text += row.text ?? "";
  }
  return text === "" ? null : { kind: "text" as const, text };
}

export const findValue = internalQuery({
  args: inLog,
  returns: foundValidator,
  handler: (ctx, args) => find(ctx, args),
});

/** Moves values that were just stored into files. What it does not come to stays where it is, and can be read there. */
export const moveToFiles = internalAction({
  args: { logId: v.id("runLogs"), places: v.array(v.object(placeFields)) },
  returns: v.null(),
  handler: async (ctx, { logId, places }): Promise<null> => {
    for (const place of places) {
      const found: { kind: string; text?: string } | null = await ctx.runQuery(internal.runs.values.findValue, {
        logId,
        ...place,
      });
      if (found?.text === undefined) continue;
      const storageId = await ctx.storage.store(new Blob([found.text], { type: PAYLOAD_CONTENT_TYPE }));
      await ctx.runMutation(internal.runs.values.referToFile, { logId, ...place, storageId });
    }
    return null;
  },
});

/** Replaces a value's rows by a reference to its file; the file goes where the value was deleted in the meantime. */
export const referToFile = internalMutation({
  args: { ...inLog, storageId: v.id("_storage") },
  returns: v.null(),
  handler: async (ctx, { storageId, ...place }) => {
    const rows = await rowsOf(ctx, place).collect();
    const [first, ...rest] = rows;
    if (!first || first.storageId !== undefined) {
      await ctx.storage.delete(storageId);
      return null;
    }
    await ctx.db.patch("runLogParts", first._id, { text: undefined, storageId });
    for (const row of rest) await ctx.db.delete("runLogParts", row._id);
    return null;
  },
});

/** A run's value, for a member who was authorised by the action around. The first operation's output is the run's payload. */
export const locateValue = internalQuery({
  args: { organizationId: v.id("organizations"), runId: v.string(), ...placeFields },
  returns: foundValidator,
  handler: async (ctx, { organizationId, runId, operationId, field }) => {
    const run = await getOwned(ctx, "runs", { organizationId, id: runId });
    const log = run && (await getLog(ctx, run));
    if (!run || !log || run.dataDeletedAt !== undefined) return null;
    if (operationId === 1 && field === "output") {
      const text = await readPayload(ctx, log).catch(() => null);
      return text === null ? null : { kind: "text" as const, text };
    }
    return await find(ctx, { logId: log._id, operationId, field });
  },
});

/** The JSON text of a value that is shown cut, as it was stored: redacted. Null where it is not kept any more, or never was. */
export const loadValue = orgAction({
  permission: "scenario:read",
  args: { runId: v.string(), ...placeFields },
  returns: v.union(v.null(), v.string()),
  handler: async (ctx, args): Promise<string | null> => {
    const { organizationId } = ctx.actor;
    const found: { kind: "text"; text: string } | { kind: "file"; storageId: string } | null = await ctx.runQuery(
      internal.runs.values.locateValue,
      { organizationId, ...args },
    );
    if (found === null || found.kind === "text") return found?.text ?? null;
    const blob = await ctx.storage.get(found.storageId);
    return blob === null ? null : await blob.text();
  },
});
