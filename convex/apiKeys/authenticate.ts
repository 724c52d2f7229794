import type { Doc } from "../_generated/dataModel.d.ts";
import type { QueryCtx } from "../_generated/server.d.ts";
import { appError } from "../lib/errors.ts";
import { actorOf, getMembership, type Actor } from "../organizations/authorize.ts";

/**
 * Whom an API key stands for: its maker, with the role they have now. Throws `unauthenticated`, in the same words for an
 * unknown key, a revoked one and one whose maker has left the organization.
 */
export async function authenticateApiKey(
  ctx: QueryCtx,
  args: { keyHash: string },
): Promise<{ actor: Actor; apiKey: Doc<"apiKeys"> }> {
  const apiKey = await ctx.db
    .query("apiKeys")
    .withIndex("by_keyHash", (q) => q.eq("keyHash", args.keyHash))
    .unique();
  if (apiKey === null || apiKey.revokedAt !== undefined) throw wrongKey();
  const membership = await getMembership(ctx, { organizationId: apiKey.organizationId, userId: apiKey.userId });
  if (membership === null) throw wrongKey();
  return { actor: actorOf(membership, apiKey), apiKey };
}

const wrongKey = () => appError("unauthenticated", "The API key is missing, wrong or revoked.");
