import { actionGeneric, mutationGeneric, queryGeneric } from "convex/server";
import { v } from "convex/values";
import { doHarm } from "./harm";

const args = { harm: v.string() };

export const inQuery = queryGeneric({ args, handler: (_ctx, { harm }) => doHarm(harm) });

/** Writes first: what it writes must be gone. */
export const inMutation = mutationGeneric({
  args,
  handler: async (ctx, { harm }) => {
    await ctx.db.insert("notes", { text: `harm ${harm}` });
    return await doHarm(harm);
  },
});

export const inAction = actionGeneric({ args, handler: (_ctx, { harm }) => doHarm(harm) });
