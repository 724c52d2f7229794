import { v } from "convex/values";
import { orgMutation, tokenMutation } from "../functions.ts";
import { notFound } from "../lib/errors.ts";
import { answerWait } from "./answer.ts";
import { answeredValidator, readAnswer } from "./describe.ts";
import * as members from "./members.ts";

/** Answers with what was filled in on the page; `answer` is JSON text. Throws `not_found` for a token that nobody was given. */
export const answerByToken = tokenMutation({
  args: { answer: v.string() },
  returns: answeredValidator,
  handler: async (ctx, args) => {
    if (ctx.wait === null) throw notFound("request");
    return await answerWait(ctx, ctx.wait, { ...(await readAnswer(args.answer)), by: null });
  },
});

export const answerRun = orgMutation({
  permission: "scenario:execute",
  args: { runId: v.string(), operationId: v.optional(v.number()), answer: v.string() },
  returns: answeredValidator,
  handler: (ctx, args) => members.answerRun(ctx, args),
});

export const skipWait = orgMutation({
  permission: "scenario:execute",
  args: { runId: v.string(), operationId: v.optional(v.number()) },
  returns: v.null(),
  handler: async (ctx, args) => {
    await members.skipWait(ctx, args);
    return null;
  },
});
