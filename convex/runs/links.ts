/** Which runs follow from which: replays, and runs begun anew in place of an incomplete one. */
import { v, type Infer } from "convex/values";
import type { Doc, Id } from "../_generated/dataModel.d.ts";
import type { MutationCtx, QueryCtx } from "../functions.ts";
import { getPerson, personValidator } from "../organizations/people.ts";
import { runStateValidator } from "./tables.ts";

const linkKindValidator = v.union(v.literal("replayed"), v.literal("restarted"));

export const runLinkValidator = v.object({
  runId: v.id("runs"),
  kind: linkKindValidator,
  state: runStateValidator,
  at: v.number(),
  by: personValidator,
});
export const runLinksValidator = v.object({
  /** The run that this one repeats. */
  from: v.union(runLinkValidator, v.null()),
  /** Runs that repeat this one, the newest first. */
  to: v.array(runLinkValidator),
});
type RunLinks = Infer<typeof runLinksValidator>;

/** Of a run that was replayed very often, as many are shown. */
const MAX_SHOWN = 20;

export async function linkRuns(
  ctx: MutationCtx,
  link: { fromRunId: Id<"runs">; toRunId: Id<"runs">; kind: "replayed" | "restarted"; by: Id<"users"> },
): Promise<void> {
  await ctx.db.insert("runLinks", link);
}

/** The runs that a run is tied to; those that were deleted since are left out. */
export async function getLinks(ctx: QueryCtx, run: Doc<"runs">): Promise<RunLinks> {
  // Only replays come from another run, and only what stopped or ended can have been repeated: most looks cost nothing.
  const origin =
    run.trigger === "replay"
      ? await ctx.db
          .query("runLinks")
          .withIndex("by_to", (q) => q.eq("toRunId", run._id))
          .first()
      : null;
  const rows =
    run.endedAt === undefined && run.state !== "incomplete"
      ? []
      : await ctx.db
          .query("runLinks")
          .withIndex("by_from", (q) => q.eq("fromRunId", run._id))
          .order("desc")
          .take(MAX_SHOWN);
  const to = await Promise.all(rows.map((row) => describe(ctx, row, row.toRunId)));
  return {
    from: origin && (await describe(ctx, origin, origin.fromRunId)),
    to: to.filter((link) => link !== null),
  };
}

async function describe(ctx: QueryCtx, row: Doc<"runLinks">, runId: Id<"runs">): Promise<RunLinks["from"]> {
  const run = await ctx.db.get("runs", runId);
  if (run === null) return null;
  return { runId, kind: row.kind, state: run.state, at: row._creationTime, by: await getPerson(ctx, row.by) };
}

/** Call it when a run is deleted. A run with very many replays leaves some rows behind, which lead nowhere and are left out. */
export async function deleteLinks(ctx: MutationCtx, run: Doc<"runs">): Promise<void> {
  const origin =
    run.trigger === "replay"
      ? await ctx.db
          .query("runLinks")
          .withIndex("by_to", (q) => q.eq("toRunId", run._id))
          .take(1)
      : [];
  const rows = await ctx.db
    .query("runLinks")
    .withIndex("by_from", (q) => q.eq("fromRunId", run._id))
    .take(MAX_SHOWN);
  for (const row of [...origin, ...rows]) await ctx.db.delete("runLinks", row._id);
}
