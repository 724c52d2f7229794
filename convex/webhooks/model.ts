/** Webhook addresses and listening for samples. */
import type { Doc, Id } from "../_generated/dataModel.d.ts";
import { recordAudit } from "../audit/model.ts";
import type { MutationCtx, OrgMutationCtx, OrgQueryCtx, QueryCtx } from "../functions.ts";
import { randomBytes, sha256Hex, toBase64Url } from "../lib/bytes.ts";
import { open, sealDerived } from "../lib/crypto.ts";
import { publicSiteUrl } from "../lib/env.ts";
import { readKeyring } from "../lib/keyring.ts";
import { MINUTE_MS, touch } from "../lib/time.ts";
import { requireEditableScenario, requireScenario } from "../scenarios/access.ts";
import { describeRefusals } from "./refusals.ts";
import { listSamples } from "./samples.ts";
import { describeSecrets } from "./secrets.ts";
import { getWebhookOf } from "./settings.ts";

/** 192 bits. */
const TOKEN_BYTES = 24;
const LISTENING_MS = 10 * MINUTE_MS;

const placeOf = (args: { organizationId: Id<"organizations">; scenarioId: Id<"scenarios"> }) => ({
  organizationId: args.organizationId,
  owner: args.scenarioId,
  field: "webhookToken",
});

/** Gives a new scenario its webhook address. */
export async function createWebhook(
  ctx: MutationCtx,
  args: { organizationId: Id<"organizations">; scenarioId: Id<"scenarios"> },
): Promise<Id<"webhooks">> {
  const token = toBase64Url(randomBytes(TOKEN_BYTES));
  return await ctx.db.insert("webhooks", {
    ...args,
    tokenHash: await sha256Hex(token),
    tokenEncrypted: await sealDerived(readKeyring(), placeOf(args), token),
    ...touch(),
  });
}

/** The scenario's webhook URL, or null if it has none. Whoever knows it can start runs: for those who may edit only. */
export async function getWebhookUrl(ctx: QueryCtx, args: { scenarioId: Id<"scenarios"> }): Promise<string | null> {
  const webhook = await getWebhookOf(ctx, args.scenarioId);
  if (!webhook) return null;
  const token = await open(readKeyring(), placeOf(webhook), webhook.tokenEncrypted);
  return `${publicSiteUrl()}/hooks/${token}`;
}

async function requireWebhook(ctx: QueryCtx, scenarioId: Id<"scenarios">): Promise<Doc<"webhooks">> {
  const webhook = await getWebhookOf(ctx, scenarioId);
  if (!webhook) throw new Error(`Scenario ${scenarioId} has lost its webhook.`);
  return webhook;
}

/** The address, until when requests to it are kept as samples (null: they are not), and the samples, the newest first. */
export async function getListening(ctx: OrgQueryCtx, args: { scenarioId: string }) {
  const scenario = await requireScenario(ctx, args);
  const webhook = await requireWebhook(ctx, scenario._id);
  return {
    url: (await getWebhookUrl(ctx, { scenarioId: scenario._id })) ?? "",
    listeningUntil: webhook.listeningUntil ?? null,
    samples: await listSamples(ctx, webhook._id),
  };
}

/** What protects the webhook, and what it kept out lately. */
export async function getSecurity(ctx: OrgQueryCtx, args: { scenarioId: string }) {
  const scenario = await requireScenario(ctx, args);
  const webhook = await requireWebhook(ctx, scenario._id);
  return { secrets: describeSecrets(webhook), refusals: await describeRefusals(ctx, webhook._id) };
}

/** Keeps requests as samples for ten minutes, whether the scenario is published or not. */
export async function startListening(ctx: OrgMutationCtx, args: { scenarioId: string }): Promise<number> {
  const scenario = await requireEditableScenario(ctx, args);
  const webhook = await requireWebhook(ctx, scenario._id);
  const listeningUntil = Date.now() + LISTENING_MS;
  await ctx.db.patch("webhooks", webhook._id, { listeningUntil, ...touch() });
  await recordAudit(ctx, {
    organizationId: scenario.organizationId,
    actor: ctx.actor,
    action: "webhook.listeningStarted",
    resource: { type: "scenario", id: scenario._id },
  });
  return listeningUntil;
}

export async function stopListening(ctx: OrgMutationCtx, args: { scenarioId: string }): Promise<void> {
  const scenario = await requireEditableScenario(ctx, args);
  const webhook = await requireWebhook(ctx, scenario._id);
  await ctx.db.patch("webhooks", webhook._id, { listeningUntil: undefined, ...touch() });
}
