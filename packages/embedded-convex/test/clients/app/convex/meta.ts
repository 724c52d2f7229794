import { makeFunctionReference } from "convex/server";
import { action, mutation } from "./builders.ts";

const seen = makeFunctionReference<"mutation">("meta:inMutation");

export const inMutation = mutation({ args: {}, handler: (ctx) => ctx.meta.getRequestMetadata() });

/** What the action itself sees, and a mutation that it calls. */
export const inAction = action({
  args: {},
  handler: async (ctx) => [await ctx.meta.getRequestMetadata(), (await ctx.runMutation(seen, {})) as unknown],
});
