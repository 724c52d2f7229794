import type { Doc, Id } from "../_generated/dataModel.d.ts";
import { recordAudit } from "../audit/model.ts";
import type { MutationCtx, OrgMutationCtx, QueryCtx } from "../functions.ts";
import { notFound } from "../lib/errors.ts";
import { permissionsOf } from "../lib/permissions.ts";
import { requireText } from "../lib/text.ts";
import { touch } from "../lib/time.ts";
import { createScenario } from "../scenarios/model.ts";
import { publish } from "../versions/model.ts";
import { actorOf, getUser } from "./authorize.ts";
import { sampleScenario } from "./sample.ts";

/** Organizations that one person can belong to. */
const MAX_MEMBERSHIPS = 100;
const MAX_NAME_LENGTH = 100;

/** Creates an organization owned by the user, with the sample scenario published and switched on. */
export async function createOrganization(
  ctx: MutationCtx,
  args: { userId: Id<"users">; name: string },
): Promise<Id<"organizations">> {
  const organizationId = await ctx.db.insert("organizations", { name: args.name, ...touch() });
  const membershipId = await ctx.db.insert("memberships", {
    organizationId,
    userId: args.userId,
    role: "owner",
    ...touch(),
  });
  const membership = await ctx.db.get("memberships", membershipId);
  if (membership === null) throw new Error("A membership vanished in its own transaction.");
  const actor = actorOf(membership);
  const resource = { type: "organization" as const, id: organizationId };
  await recordAudit(ctx, { organizationId, actor, action: "organization.created", resource });
  await addSample({ ...ctx, actor });
  return organizationId;
}

async function addSample(ctx: Parameters<typeof createScenario>[0]): Promise<void> {
  const { name, description, definition } = sampleScenario;
  const scenarioId = await createScenario(ctx, { name, description, definition: JSON.stringify(definition) });
  const published = await publish(ctx, { scenarioId, draftRevision: 1, label: "First version" });
  if (published.kind !== "ok") throw new Error(`The sample scenario cannot be published: ${JSON.stringify(published)}`);
}

/** Gives the organization another name; the one it has already changes nothing. Throws `invalid`. */
export async function renameOrganization(ctx: OrgMutationCtx, args: { name: string }): Promise<void> {
  const { organizationId } = ctx.actor;
  const name = requireText(args.name, { field: "name", maxLength: MAX_NAME_LENGTH });
  const organization = await ctx.db.get("organizations", organizationId);
  if (organization === null) throw notFound("organization");
  if (organization.name === name) return;
  await ctx.db.patch("organizations", organizationId, { name, ...touch() });
  await recordAudit(ctx, {
    organizationId,
    actor: ctx.actor,
    action: "organization.renamed",
    resource: { type: "organization", id: organizationId },
    details: { before: organization.name },
  });
}

/** The signed-in person and their organizations; null without a session. */
export async function getViewer(ctx: QueryCtx) {
  const user = await getUser(ctx);
  if (user === null) return null;
  const memberships = await ctx.db
    .query("memberships")
    .withIndex("by_user", (q) => q.eq("userId", user._id))
    .take(MAX_MEMBERSHIPS);
  const organizations = await Promise.all(memberships.map((membership) => describeMembership(ctx, membership)));
  return {
    user: { id: user._id, name: user.name ?? "", email: user.email ?? "" },
    organizations: organizations.filter((organization) => organization !== null),
  };
}

async function describeMembership(ctx: QueryCtx, membership: Doc<"memberships">) {
  const organization = await ctx.db.get("organizations", membership.organizationId);
  if (organization === null) return null;
  return {
    id: organization._id,
    name: organization.name,
    role: membership.role,
    permissions: [...permissionsOf(membership.role, membership.grants)],
  };
}
