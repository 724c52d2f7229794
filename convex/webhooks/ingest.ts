/** What a request to a webhook becomes, in one transaction. */
import type { WebhookResponse } from "@patchbay/engine";
import type { Doc, Id } from "../_generated/dataModel.d.ts";
import type { MutationCtx } from "../functions.ts";
import { DAY_MS } from "../lib/time.ts";
import { refusalOf, type Refusal } from "../runs/admission.ts";
import { randomShard } from "../runs/queue.ts";
import { resolvePin, startRun, type StartPayload } from "../runs/start.ts";
import { takeFromLimit, type RateLimit } from "./limits.ts";
import { hideSample } from "../runs/privacy/samples.ts";
import { addSample } from "./samples.ts";
import { guardOf, versionOf, type StoredGuard } from "./settings.ts";

export interface Delivery {
  tokenHash: string;
  payload: StartPayload;
  /** JSON text to keep when somebody listens. */
  sample: string;
  receivedAt: number;
  /** The sender's `Idempotency-Key` and the hash of the raw body. */
  idempotency?: { key: string; bodyHash: string };
  /** The version of the webhook's settings that the request was checked by; absent where it asks nothing. */
  version?: number;
  /** The provider's own id of the event, as a key, and for how long it is remembered. */
  event?: { key: string; bodyHash: string; windowMs: number };
  /** The webhook's own limit. */
  rateLimit?: RateLimit;
}

export type Ingested =
  | {
      kind: "accepted";
      runId: Id<"runs">;
      organizationId: Id<"organizations">;
      response: WebhookResponse | null;
      responds: boolean;
    }
  /** The same key and body, or the same event, came before. `note`: what else the caller is told. */
  | { kind: "repeated"; runId: Id<"runs">; note?: { repeated: true; bodyDiffers?: true } }
  /** The request was checked by settings that do not hold (any more): these do. */
  | { kind: "guarded"; guard: StoredGuard }
  /** The webhook's own limit is used up. */
  | { kind: "limited"; retryAfterMs: number }
  /** The key came before with another body. */
  | { kind: "mismatch" }
  /** Only kept as a sample: the scenario is off, or started by something else. */
  | { kind: "captured" }
  /** No such webhook, or its scenario is off or started by something else; not told apart. */
  | { kind: "unknown" }
  /** New work is not taken now. */
  | Refusal;

/** Stores a delivery as a run of the published version. When this returns and its transaction commits, nothing is lost. */
export async function ingest(ctx: MutationCtx, delivery: Delivery): Promise<Ingested> {
  const webhook = await ctx.db
    .query("webhooks")
    .withIndex("by_tokenHash", (q) => q.eq("tokenHash", delivery.tokenHash))
    .unique();
  if (!webhook) return { kind: "unknown" };
  const scenario = await ctx.db.get("scenarios", webhook.scenarioId);
  if (!scenario || scenario.archivedAt !== undefined) return { kind: "unknown" };
  const isStarted = isOn(scenario);
  // Who may not know that the webhook is there is not asked to prove anything.
  if (!isStarted && !isListening(webhook)) return { kind: "unknown" };
  if (versionOf(webhook) !== (delivery.version ?? 0)) return { kind: "guarded", guard: guardOf(webhook) };
  const captured = await capture(ctx, webhook, scenario, delivery);
  if (!isStarted) return captured ? { kind: "captured" } : { kind: "unknown" };
  const repeated = (await findRepeated(ctx, webhook, delivery)) ?? (await findEvent(ctx, webhook, delivery));
  if (repeated) return repeated;
  const limited = await limit(ctx, webhook, delivery);
  return limited ?? (await start(ctx, { webhook, scenario, delivery, captured }));
}

/** Whether requests to the scenario's webhook start runs. */
export const isOn = (scenario: Doc<"scenarios">): boolean =>
  scenario.enabled && scenario.archivedAt === undefined && (scenario.publishedTrigger ?? "webhook") === "webhook";

export const isListening = (webhook: Doc<"webhooks">): boolean => (webhook.listeningUntil ?? 0) > Date.now();

async function limit(ctx: MutationCtx, webhook: Doc<"webhooks">, delivery: Delivery): Promise<Ingested | null> {
  if (!delivery.rateLimit) return null;
  const { _id: webhookId } = webhook;
  const retryAfterMs = await takeFromLimit(ctx, { webhookId, limit: delivery.rateLimit });
  return retryAfterMs === 0 ? null : { kind: "limited", retryAfterMs };
}

async function capture(
  ctx: MutationCtx,
  webhook: Doc<"webhooks">,
  scenario: Doc<"scenarios">,
  delivery: Delivery,
): Promise<boolean> {
  if (!isListening(webhook)) return false;
  const bundle = await hideSample(ctx, scenario, delivery.sample);
  await addSample(ctx, { webhook, bundle, receivedAt: delivery.receivedAt });
  return true;
}

async function findRepeated(ctx: MutationCtx, webhook: Doc<"webhooks">, delivery: Delivery): Promise<Ingested | null> {
  const { idempotency } = delivery;
  const known = idempotency && (await findDelivery(ctx, webhook, idempotency.key));
  if (!idempotency || !known) return null;
  if (known.bodyHash !== idempotency.bodyHash) return { kind: "mismatch" };
  return { kind: "repeated", runId: known.runId };
}

/** Providers send an event again with a new time of sending in it, say: the first one wins, whatever the body. */
async function findEvent(ctx: MutationCtx, webhook: Doc<"webhooks">, delivery: Delivery): Promise<Ingested | null> {
  const { event } = delivery;
  const known = event && (await findDelivery(ctx, webhook, event.key));
  if (!event || !known) return null;
  const differs = known.bodyHash !== event.bodyHash;
  return { kind: "repeated", runId: known.runId, note: { repeated: true, ...(differs && { bodyDiffers: true }) } };
}

async function findDelivery(ctx: MutationCtx, webhook: Doc<"webhooks">, key: string) {
  const known = await ctx.db
    .query("webhookDeliveries")
    .withIndex("by_webhook_and_key", (q) => q.eq("webhookId", webhook._id).eq("key", key))
    .unique();
  if (known === null || known.expiresAt > Date.now()) return known;
  await ctx.db.delete("webhookDeliveries", known._id);
  return null;
}

async function start(
  ctx: MutationCtx,
  args: { webhook: Doc<"webhooks">; scenario: Doc<"scenarios">; delivery: Delivery; captured: boolean },
): Promise<Ingested> {
  const { webhook, scenario, delivery } = args;
  const shard = randomShard();
  const refusal = await refusalOf(ctx, { shard, scenario });
  if (refusal) return refusal;
  const pin = await resolvePin(ctx, { scenario, source: { kind: "version" } });
  if (!pin) return args.captured ? { kind: "captured" } : { kind: "unknown" };
  const { payload } = delivery;
  const started = await startRun(ctx, { scenario, pin, trigger: "webhook", payload, shard, awaitsResponse: true });
  if (started.kind === "invalid") {
    throw new Error(
      `The published version cannot be executed: ${started.issues.map((issue) => issue.message).join(" ")}`,
    );
  }
  const { runId, response, responds } = started;
  await remember(ctx, { webhookId: webhook._id, runId, delivery });
  return { kind: "accepted", runId, organizationId: webhook.organizationId, response, responds };
}

async function remember(
  ctx: MutationCtx,
  args: { webhookId: Id<"webhooks">; runId: Id<"runs">; delivery: Delivery },
): Promise<void> {
  const { webhookId, runId } = args;
  const { idempotency, event } = args.delivery;
  const nowMs = Date.now();
  if (idempotency) {
    await ctx.db.insert("webhookDeliveries", { webhookId, ...idempotency, runId, expiresAt: nowMs + DAY_MS });
  }
  if (event) {
    const { key, bodyHash, windowMs } = event;
    await ctx.db.insert("webhookDeliveries", { webhookId, key, bodyHash, runId, expiresAt: nowMs + windowMs });
  }
}
