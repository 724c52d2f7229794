/** Functions that are scheduled, and those that the HTTP action behind `/resume/<token>` calls. */
import { v } from "convex/values";
import { internalMutation, internalQuery } from "../functions.ts";
import { answerWait, handInKept } from "./answer.ts";
import { answeredValidator, readAnswer, waitViewValidator } from "./describe.ts";
import { viewWait } from "./describe.ts";
import { findByTokenHash } from "./lookup.ts";

/** An answer that came before the run got there, or while it was at work; scheduled for when it may take it. */
export const handIn = internalMutation({
  args: { waitId: v.id("runWaits") },
  returns: v.null(),
  handler: async (ctx, { waitId }) => {
    const wait = await ctx.db.get("runWaits", waitId);
    if (wait) await handInKept(ctx, wait);
    return null;
  },
});

/** `answer` is JSON text. Null for a token that nobody was given. */
export const answer = internalMutation({
  args: { tokenHash: v.string(), answer: v.string() },
  returns: v.union(v.null(), answeredValidator),
  handler: async (ctx, args) => {
    const wait = await findByTokenHash(ctx, args.tokenHash);
    return wait && (await answerWait(ctx, wait, { ...(await readAnswer(args.answer)), by: null }));
  },
});

export const getWait = internalQuery({
  args: { tokenHash: v.string() },
  returns: waitViewValidator,
  handler: async (ctx, args) => await viewWait(ctx, await findByTokenHash(ctx, args.tokenHash)),
});
