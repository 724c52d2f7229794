import { v } from "convex/values";
import type { Id } from "../_generated/dataModel.d.ts";
import type { QueryCtx } from "../_generated/server.d.ts";

/** A person as others in the organization see them. */
export const personValidator = v.object({ name: v.string() });

/** The name to show for a user: their own, else the part of the address before the @. */
export async function getPerson(ctx: QueryCtx, userId: Id<"users">): Promise<{ name: string }> {
  const user = await ctx.db.get("users", userId);
  return { name: user?.name || user?.email?.split("@")[0] || "Unknown" };
}
