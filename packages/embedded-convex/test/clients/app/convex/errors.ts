import { makeFunctionReference } from "convex/server";
import { ConvexError, v } from "convex/values";
import { action, internalMutation, mutation, query } from "./builders.ts";

const SECRET = "the secret of the handler";
const failInsideReference = makeFunctionReference<"mutation">("errors:failInside");
const args = { kind: v.union(v.literal("error"), v.literal("data")) };

function fail(kind: "error" | "data"): never {
  console.log(`log: ${SECRET}`);
  if (kind === "data") throw new ConvexError({ code: "known", detail: 7n });
  throw new TypeError(SECRET);
}

export const inQuery = query({ args, handler: (_ctx, { kind }): null => fail(kind) });
export const inMutation = mutation({ args, handler: (_ctx, { kind }): null => fail(kind) });
export const inAction = action({ args, handler: (_ctx, { kind }): null => fail(kind) });
export const inNested = action({
  args,
  handler: (ctx, inner) => ctx.runMutation(failInsideReference, inner) as Promise<null>,
});
export const failInside = internalMutation({ args, handler: (_ctx, { kind }): null => fail(kind) });
export const logsOnly = query({
  args: {},
  handler: () => {
    console.log(`log: ${SECRET}`);
    return "fine";
  },
});
