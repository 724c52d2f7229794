/** Requests that were caught while the editor listened. */
import type { Doc, Id } from "../_generated/dataModel.d.ts";
import type { MutationCtx, QueryCtx } from "../functions.ts";

const MAX_SAMPLES = 5;

/** The newest samples, the newest first. */
export async function listSamples(ctx: QueryCtx, webhookId: Id<"webhooks">) {
  const rows = await newest(ctx, webhookId, MAX_SAMPLES);
  return rows.map(({ receivedAt, bundle }) => ({ receivedAt, bundle }));
}

/** Keeps a bundle as a sample; the oldest makes room. */
export async function addSample(
  ctx: MutationCtx,
  args: { webhook: Doc<"webhooks">; bundle: string; receivedAt: number },
): Promise<void> {
  const { webhook, bundle, receivedAt } = args;
  const { _id: webhookId, organizationId } = webhook;
  const surplus = (await newest(ctx, webhookId, MAX_SAMPLES)).slice(MAX_SAMPLES - 1);
  for (const row of surplus) await ctx.db.delete("webhookSamples", row._id);
  await ctx.db.insert("webhookSamples", { organizationId, webhookId, receivedAt, bundle });
}

async function newest(ctx: QueryCtx, webhookId: Id<"webhooks">, count: number) {
  return await ctx.db
    .query("webhookSamples")
    .withIndex("by_webhook", (q) => q.eq("webhookId", webhookId))
    .order("desc")
    .take(count);
}

const MAX_TEXT = 500;
const MAX_ITEMS = 10;
const MAX_FIELDS = 100;

/** A bundle of the same shape that is small enough for a sample: long texts, lists and objects are shortened. */
export function pruneSample(value: unknown): unknown {
  if (typeof value === "string") return value.slice(0, MAX_TEXT);
  if (Array.isArray(value)) return value.slice(0, MAX_ITEMS).map(pruneSample);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).slice(0, MAX_FIELDS);
  return Object.fromEntries(entries.map(([key, item]) => [key, pruneSample(item)]));
}
