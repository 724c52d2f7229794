import { type DataModelFromSchemaDefinition, type MutationBuilder, mutationGeneric } from "convex/server";
import type schema from "./schema.ts";

const mutation = mutationGeneric as MutationBuilder<DataModelFromSchemaDefinition<typeof schema>, "public">;

/** As if eleven seconds had passed since each refresh token was used. */
export const age = mutation({
  args: {},
  handler: async (ctx) => {
    for (const { _id, firstUsedTime } of await ctx.db.query("authRefreshTokens").collect())
      if (firstUsedTime !== undefined) await ctx.db.patch(_id, { firstUsedTime: firstUsedTime - 11_000 });
    return null;
  },
});
