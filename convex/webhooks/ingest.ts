/** What a request to a webhook becomes, in one transaction. */
import type { WebhookResponse } from "@patchbay/engine";
import type { Doc, Id } from "../_generated/dataModel.d.ts";
import type { MutationCtx } from "../functions.ts";
import { DAY_MS } from "../lib/time.ts";
import { overloadedFor, randomShard } from "../runs/queue.ts";
import { resolvePin, startRun, type StartPayload } from "../runs/start.ts";
import { addSample } from "./samples.ts";

export interface Delivery {
  tokenHash: string;
  payload: StartPayload;
  /** JSON text to keep when somebody listens. */
  sample: string;
  receivedAt: number;
  /** The sender's `Idempotency-Key` and the hash of the raw body. */
  idempotency?: { key: string; bodyHash: string };
}

export type Ingested =
  | { kind: "accepted"; runId: Id<"runs">; response: WebhookResponse | null; responds: boolean }
  /** The same key and body came before. */
  | { kind: "repeated"; runId: Id<"runs"> }
  /** The key came before with another body. */
  | { kind: "mismatch" }
  /** Only kept as a sample: the scenario is off, or started by something else. */
  | { kind: "captured" }
  /** No such webhook, or its scenario is off or started by something else; not told apart. */
  | { kind: "unknown" }
  | { kind: "overloaded"; retryAfterMs: number };

/** Stores a delivery as a run of the published version. When this returns and its transaction commits, nothing is lost. */
export async function ingest(ctx: MutationCtx, delivery: Delivery): Promise<Ingested> {
  const webhook = await ctx.db
    .query("webhooks")
    .withIndex("by_tokenHash", (q) => q.eq("tokenHash", delivery.tokenHash))
    .unique();
  if (!webhook) return { kind: "unknown" };
  const scenario = await ctx.db.get("scenarios", webhook.scenarioId);
  if (!scenario || scenario.archivedAt !== undefined) return { kind: "unknown" };
  const captured = await capture(ctx, webhook, delivery);
  const isStarted = scenario.enabled && (scenario.publishedTrigger ?? "webhook") === "webhook";
  if (!isStarted) return captured ? { kind: "captured" } : { kind: "unknown" };
  const repeated = await findRepeated(ctx, webhook, delivery);
  if (repeated) return repeated;
  return await start(ctx, { webhook, scenario, delivery, captured });
}

async function capture(ctx: MutationCtx, webhook: Doc<"webhooks">, delivery: Delivery): Promise<boolean> {
  if ((webhook.listeningUntil ?? 0) <= Date.now()) return false;
  await addSample(ctx, { webhook, bundle: delivery.sample, receivedAt: delivery.receivedAt });
  return true;
}

async function findRepeated(ctx: MutationCtx, webhook: Doc<"webhooks">, delivery: Delivery): Promise<Ingested | null> {
  const { idempotency } = delivery;
  if (!idempotency) return null;
  const known = await ctx.db
    .query("webhookDeliveries")
    .withIndex("by_webhook_and_key", (q) => q.eq("webhookId", webhook._id).eq("key", idempotency.key))
    .unique();
  if (!known) return null;
  if (known.expiresAt <= Date.now()) {
    await ctx.db.delete("webhookDeliveries", known._id);
    return null;
  }
  if (known.bodyHash !== idempotency.bodyHash) return { kind: "mismatch" };
  return { kind: "repeated", runId: known.runId };
}

async function start(
  ctx: MutationCtx,
  args: { webhook: Doc<"webhooks">; scenario: Doc<"scenarios">; delivery: Delivery; captured: boolean },
): Promise<Ingested> {
  const { webhook, scenario, delivery } = args;
  const shard = randomShard();
  const retryAfterMs = await overloadedFor(ctx, { shard, organizationId: scenario.organizationId });
  if (retryAfterMs > 0) return { kind: "overloaded", retryAfterMs };
  const pin = await resolvePin(ctx, { scenario, source: { kind: "version" } });
  if (!pin) return args.captured ? { kind: "captured" } : { kind: "unknown" };
  const { payload, idempotency } = delivery;
  const started = await startRun(ctx, { scenario, pin, trigger: "webhook", payload, shard, awaitsResponse: true });
  if (started.kind === "invalid") {
    throw new Error(
      `The published version cannot be executed: ${started.issues.map((issue) => issue.message).join(" ")}`,
    );
  }
  const { runId, response, responds } = started;
  if (idempotency) {
    const expiresAt = Date.now() + DAY_MS;
    await ctx.db.insert("webhookDeliveries", { webhookId: webhook._id, ...idempotency, runId, expiresAt });
  }
  return { kind: "accepted", runId, response, responds };
}
