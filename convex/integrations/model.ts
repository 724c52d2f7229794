import type { Manifest } from "@patchbay/core";
import type { Doc, Id } from "../_generated/dataModel.d.ts";
import type { MutationCtx, QueryCtx } from "../functions.ts";
import { touch } from "../lib/time.ts";

const MAX_LISTED = 500;

/**
 * Brings the tables up to the manifests that this code carries. Repeating it changes nothing. The carried version of each
 * integration becomes its latest, also after going back to older code; earlier versions stay.
 */
export async function seedIntegrations(ctx: MutationCtx, manifests: readonly Manifest[]): Promise<{ changed: number }> {
  let changed = 0;
  for (const manifest of manifests) {
    const integration = await upsertIntegration(ctx, manifest);
    const version = await upsertVersion(ctx, integration.id, manifest);
    if (integration.changed || version.changed) changed++;
  }
  return { changed };
}

async function upsertIntegration(
  ctx: MutationCtx,
  manifest: Manifest,
): Promise<{ id: Id<"integrations">; changed: boolean }> {
  const { name, label, description, category, version: latestVersion } = manifest;
  const fields = { name, label, description, category, latestVersion };
  const existing = await ctx.db
    .query("integrations")
    .withIndex("by_name", (q) => q.eq("name", name))
    .unique();
  if (existing === null) return { id: await ctx.db.insert("integrations", { ...fields, ...touch() }), changed: true };
  const same = Object.entries(fields).every(([key, value]) => existing[key as keyof typeof fields] === value);
  if (!same) await ctx.db.patch("integrations", existing._id, { ...fields, ...touch() });
  return { id: existing._id, changed: !same };
}

async function upsertVersion(
  ctx: MutationCtx,
  integrationId: Id<"integrations">,
  manifest: Manifest,
): Promise<{ changed: boolean }> {
  const text = JSON.stringify(manifest);
  const { version } = manifest;
  const rows = await ctx.db
    .query("integrationVersions")
    .withIndex("by_integration_and_version", (q) => q.eq("integrationId", integrationId))
    .take(MAX_LISTED);
  const others = rows.filter((row) => row.version !== version && row.isLatest);
  for (const row of others) await ctx.db.patch("integrationVersions", row._id, { isLatest: false, ...touch() });
  const existing = rows.find((row) => row.version === version);
  if (existing === undefined) {
    const row = { integrationId, version, isLatest: true, manifest: text };
    await ctx.db.insert("integrationVersions", { ...row, ...touch() });
    return { changed: true };
  }
  const same = existing.isLatest && existing.manifest === text;
  if (!same) await ctx.db.patch("integrationVersions", existing._id, { isLatest: true, manifest: text, ...touch() });
  return { changed: !same };
}

/** The latest version of each integration, by name. */
export async function listIntegrations(ctx: QueryCtx) {
  const rows: Doc<"integrationVersions">[] = await ctx.db
    .query("integrationVersions")
    .withIndex("by_isLatest", (q) => q.eq("isLatest", true))
    .take(MAX_LISTED);
  const listed = rows.map((row) => {
    const { name, label, description, category } = JSON.parse(row.manifest) as Manifest;
    return { name, version: row.version, label, description, category, manifest: row.manifest };
  });
  return listed.sort((a, b) => (a.name < b.name ? -1 : 1));
}
