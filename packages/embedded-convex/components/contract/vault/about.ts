import { v } from "convex/values";
import { action, internalQuery, mutation, query } from "./_generated/server.js";

/** What a component learns of its surroundings. */
export const environment = query({
  args: {},
  handler: async () => ({
    GREETING: process.env.GREETING ?? null,
    LABEL: process.env.LABEL ?? null,
    LEVEL: process.env.LEVEL ?? null,
    SECRET: process.env.SECRET ?? null,
    cloud: process.env.CONVEX_CLOUD_URL ?? null,
    site: process.env.CONVEX_SITE_URL ?? null,
  }),
});

export const actionEnvironment = action({
  args: {},
  handler: async () => ({ GREETING: process.env.GREETING ?? null, SECRET: process.env.SECRET ?? null }),
});

export const whoCalls = query({
  args: {},
  handler: async (ctx) => (await ctx.auth.getUserIdentity())?.subject ?? null,
});

export const metadata = query({ args: {}, handler: (ctx) => ctx.meta.getFunctionMetadata() });

export const actionMetadata = action({ args: {}, handler: (ctx) => ctx.meta.getFunctionMetadata() });

export const secret = internalQuery({ args: {}, handler: async () => "for the component only" });

export const token = mutation({
  args: { claims: v.optional(v.any()), expiresInSeconds: v.number() },
  returns: v.string(),
  handler: (ctx, options) => ctx.auth.signJwt(options),
});
