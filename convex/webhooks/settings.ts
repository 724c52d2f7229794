/** What a webhook asks of requests, as its row holds it: the published trigger's config and the secrets. */
import { needsSecret, readWebhookSettings, type Definition, type Issue, type JsonValue } from "@patchbay/core";
import { manifestCatalog } from "@patchbay/catalog/manifests";
import { v, type Infer } from "convex/values";
import type { Doc, Id } from "../_generated/dataModel.d.ts";
import type { MutationCtx, QueryCtx } from "../functions.ts";
import { touch } from "../lib/time.ts";
import { parseStored } from "../scenarios/definition.ts";
import { triggerOf } from "../schedules/model.ts";
import { webhookSecretValidator } from "./tables.ts";

/** What the HTTP action needs to check a request. The secrets are sealed. */
export const guardValidator = v.object({
  version: v.number(),
  organizationId: v.id("organizations"),
  scenarioId: v.id("scenarios"),
  config: v.union(v.string(), v.null()),
  secrets: v.array(webhookSecretValidator),
});
export type StoredGuard = Infer<typeof guardValidator>;

export const guardOf = (webhook: Doc<"webhooks">): StoredGuard => ({
  version: versionOf(webhook),
  organizationId: webhook.organizationId,
  scenarioId: webhook.scenarioId,
  config: webhook.config ?? null,
  secrets: webhook.secrets ?? [],
});

/** 0 for a webhook that never asked anything of requests. */
export const versionOf = (webhook: Doc<"webhooks">): number => webhook.settingsVersion ?? 0;

export async function getWebhookOf(ctx: QueryCtx, scenarioId: Id<"scenarios">): Promise<Doc<"webhooks"> | null> {
  return await ctx.db
    .query("webhooks")
    .withIndex("by_scenario", (q) => q.eq("scenarioId", scenarioId))
    .unique();
}

/** Puts the published version's settings on the webhook's row. Call it in the transaction that publishes. */
export async function arrangeWebhook(ctx: MutationCtx, scenarioId: Id<"scenarios">, definition: Definition) {
  const webhook = await getWebhookOf(ctx, scenarioId);
  if (webhook === null) return;
  const trigger = triggerOf(definition);
  const asks = trigger?.kind === "webhook" && trigger.config !== "{}";
  const config = asks ? trigger.config : undefined;
  if (webhook.config === config) return;
  await ctx.db.patch("webhooks", webhook._id, { config, settingsVersion: versionOf(webhook) + 1, ...touch() });
}

/** A trigger that checks who sends cannot be published before there is something to check against: it fails closed. */
export async function secretErrors(
  ctx: QueryCtx,
  args: { scenarioId: Id<"scenarios">; definition: Definition },
): Promise<Issue[]> {
  const node = args.definition.nodes.find(({ type, typeVersion }) => {
    const kind = manifestCatalog.getNodeKind(type, typeVersion);
    return kind?.role === "trigger" && kind.node.kind === "webhook";
  });
  if (node === undefined || !asksForSecret(node.config)) return [];
  const webhook = await getWebhookOf(ctx, args.scenarioId);
  if ((webhook?.secrets ?? []).length > 0) return [];
  const message = "The webhook checks who sends, but it has no secret yet.";
  const fix = "Open the trigger and make a secret under Security.";
  return [
    { code: "webhook_secret_missing", severity: "error", message, fix, nodeId: node.id, field: ["authentication"] },
  ];
}

/** Whether the scenario's published version cannot do without a secret. */
export async function isSecretInUse(ctx: QueryCtx, scenario: Doc<"scenarios">): Promise<boolean> {
  if (scenario.publishedDefinitionId === undefined) return false;
  const stored = await ctx.db.get("versionDefinitions", scenario.publishedDefinitionId);
  const trigger = stored === null ? null : triggerOf(parseStored(stored.definition));
  if (trigger?.kind !== "webhook") return false;
  return asksForSecret(JSON.parse(trigger.config) as Record<string, JsonValue>);
}

function asksForSecret(config: Record<string, JsonValue>): boolean {
  const read = readWebhookSettings(config);
  return read.ok && needsSecret(read.settings);
}
