/** The secrets that senders prove themselves with: set or made here, sealed, shown once, replaced without a gap. */
import type { Doc } from "../_generated/dataModel.d.ts";
import { recordAudit, type AuditAction } from "../audit/model.ts";
import type { OrgMutationCtx, OrgQueryCtx } from "../functions.ts";
import { randomBytes, toBase64Url } from "../lib/bytes.ts";
import { sealDerived, type SecretPlace } from "../lib/crypto.ts";
import { appError } from "../lib/errors.ts";
import { readKeyring } from "../lib/keyring.ts";
import { checkText } from "../lib/text.ts";
import { HOUR_MS, touch } from "../lib/time.ts";
import { requireEditableScenario } from "../scenarios/access.ts";
import { getWebhookOf, isSecretInUse, versionOf } from "./settings.ts";

/** 256 bits. */
const SECRET_BYTES = 32;
const MIN_GIVEN_CHARACTERS = 8;
const MAX_GIVEN_CHARACTERS = 500;
const DEFAULT_OVERLAP_HOURS = 24;
const MAX_OVERLAP_HOURS = 30 * 24;

export const secretPlace = (webhook: Pick<Doc<"webhooks">, "organizationId" | "scenarioId">): SecretPlace => ({
  organizationId: webhook.organizationId,
  owner: webhook.scenarioId,
  field: "webhookSecret",
});

/** What may be seen of a webhook's secrets: that they are there, since when, and until when. */
export const describeSecrets = (webhook: Doc<"webhooks">) =>
  (webhook.secrets ?? []).map(({ createdAt, validUntil }) => ({ createdAt, validUntil: validUntil ?? null }));

/**
 * Sets a webhook's secret: `given`, or one that is made here. The one before counts on for `overlapHours`; one that was already
 * replaced ends. Returns the secret, which is never shown again. Throws `invalid`.
 */
export async function setSecret(
  ctx: OrgMutationCtx,
  args: { scenarioId: string; given?: string; overlapHours?: number },
): Promise<{ secret: string; previousValidUntil: number | null }> {
  const { scenario, webhook } = await requireEditable(ctx, args);
  const secret = args.given === undefined ? toBase64Url(randomBytes(SECRET_BYTES)) : checkGiven(args.given);
  const overlapMs = checkOverlap(args.overlapHours ?? DEFAULT_OVERLAP_HOURS) * HOUR_MS;
  const nowMs = Date.now();
  const envelope = await sealDerived(readKeyring(), secretPlace(webhook), secret);
  const [previous] = webhook.secrets ?? [];
  const validUntil = nowMs + overlapMs;
  const kept = previous === undefined || overlapMs === 0 ? [] : [{ ...previous, validUntil }];
  await write(ctx, webhook, [{ envelope, createdAt: nowMs }, ...kept]);
  await record(ctx, scenario, previous === undefined ? "webhook.secretSet" : "webhook.secretRotated");
  return { secret, previousValidUntil: kept.length > 0 ? validUntil : null };
}

/**
 * Ends the secret that was replaced (`previous`), or takes all away. Throws `conflict` where the published version needs one:
 * its webhook would accept nothing any more.
 */
export async function removeSecret(ctx: OrgMutationCtx, args: { scenarioId: string; which: "previous" | "all" }) {
  const { scenario, webhook } = await requireEditable(ctx, args);
  const secrets = webhook.secrets ?? [];
  if (args.which === "all" && (await isSecretInUse(ctx, scenario))) {
    throw appError("conflict", "The published version checks who sends. Publish one that does not, first.", {
      reason: "secret_in_use",
    });
  }
  const left = args.which === "all" ? [] : secrets.slice(0, 1);
  if (left.length === secrets.length) return;
  await write(ctx, webhook, left);
  await record(ctx, scenario, "webhook.secretRemoved");
}

async function requireEditable(ctx: OrgQueryCtx, args: { scenarioId: string }) {
  const scenario = await requireEditableScenario(ctx, args);
  const webhook = await getWebhookOf(ctx, scenario._id);
  if (webhook === null) throw new Error(`Scenario ${scenario._id} has lost its webhook.`);
  return { scenario, webhook };
}

async function write(ctx: OrgMutationCtx, webhook: Doc<"webhooks">, secrets: NonNullable<Doc<"webhooks">["secrets"]>) {
  await ctx.db.patch("webhooks", webhook._id, { secrets, settingsVersion: versionOf(webhook) + 1, ...touch() });
}

function checkGiven(given: string): string {
  if (given.length < MIN_GIVEN_CHARACTERS) {
    throw appError("invalid", `A secret needs ${MIN_GIVEN_CHARACTERS} characters or more.`, { field: "secret" });
  }
  return checkText(given, { field: "secret", maxLength: MAX_GIVEN_CHARACTERS });
}

function checkOverlap(hours: number): number {
  if (hours >= 0 && hours <= MAX_OVERLAP_HOURS) return hours;
  throw appError("invalid", `The secret before can count on for 0 to ${MAX_OVERLAP_HOURS} hours.`, {
    field: "overlapHours",
  });
}

async function record(ctx: OrgMutationCtx, scenario: Doc<"scenarios">, action: AuditAction): Promise<void> {
  const { organizationId, _id: id } = scenario;
  await recordAudit(ctx, { organizationId, actor: ctx.actor, action, resource: { type: "scenario", id } });
}
