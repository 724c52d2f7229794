"use node";
import { actionGeneric } from "convex/server";
import { v } from "convex/values";
import { doHarm } from "./harm";

export const inAction = actionGeneric({ args: { harm: v.string() }, handler: (_ctx, { harm }) => doHarm(harm) });

export const exit = actionGeneric({
  args: {},
  handler: async () => {
    const real = await import("node:process");
    real.exit(3);
  },
});

/** Names of the variables that Node's own modules show. */
export const environment = actionGeneric({
  args: {},
  handler: async () => {
    const real = await import("node:process");
    return { module: Object.keys(real.env), global: Object.keys(process.env) };
  },
});
