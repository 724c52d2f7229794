/**
 * Values that are too large to show in the log, whole. The transaction that cuts one stores it in parts; an action moves it into
 * file storage afterwards, where it costs the database nothing. Read by `loadValue` alone: files have no address of their own.
 */
import { internal } from "../_generated/api.js";
import type { Id } from "../_generated/dataModel.d.ts";
import type { MutationCtx, QueryCtx } from "../functions.ts";
import { utf8 } from "../lib/bytes.ts";
import type { LargeValue, ValueField } from "./packing.ts";
import { insertPart, splitText } from "./parts.ts";

/** What one step may keep: with state and log it has to fit into a transaction. */
const MAX_BYTES_PER_STEP = 4_000_000;
/** What one run may keep. */
export const MAX_BYTES_PER_RUN = 50_000_000;

/** Nobody waits for it: runs that are under way come first. */
const MOVE_AFTER_MS = 2_000;

export interface ValuePlace {
  logId: Id<"runLogs">;
  operationId: number;
  field: ValueField;
}

/** Part numbers that belong to one value. */
const PARTS_PER_VALUE = 1_000;
const firstPartOf = ({ operationId, field }: Omit<ValuePlace, "logId">) =>
  (operationId * 2 + (field === "output" ? 1 : 0)) * PARTS_PER_VALUE;

/** The rows of a value, in order. */
export const rowsOf = (ctx: QueryCtx, place: ValuePlace) =>
  ctx.db.query("runLogParts").withIndex("by_log_and_kind_and_part", (q) =>
    q
      .eq("logId", place.logId)
      .eq("kind", "value")
      .gte("part", firstPartOf(place))
      .lt("part", firstPartOf(place) + PARTS_PER_VALUE),
  );

/** Keeps values as far as there is room, in their order; `kept` is how many bytes the run keeps already. */
export async function keepLarge(
  ctx: MutationCtx,
  args: { logId: Id<"runLogs">; kept: number; large: readonly LargeValue[] },
): Promise<void> {
  const { logId } = args;
  let bytes = 0;
  const places: Omit<ValuePlace, "logId">[] = [];
  for (const { operationId, field, text } of args.large) {
    const size = utf8(text).length;
    if (bytes + size > MAX_BYTES_PER_STEP || args.kept + bytes + size > MAX_BYTES_PER_RUN) continue;
    bytes += size;
    places.push({ operationId, field });
    const first = firstPartOf({ operationId, field });
    for (const [index, part] of splitText(text).entries()) {
      await insertPart(ctx, { logId, kind: "value", part: first + index, text: part });
    }
  }
  if (places.length === 0) return;
  await ctx.db.patch("runLogs", logId, { largeBytes: args.kept + bytes });
  await ctx.scheduler.runAfter(MOVE_AFTER_MS, internal.runs.values.moveToFiles, { logId, places });
}
