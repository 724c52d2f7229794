/** The HTTP action behind `<site>/hooks/<token>`. A 202 is sent only after the run is durably stored. */
import type { WebhookResponse } from "@patchbay/engine";
import type { FunctionReturnType } from "convex/server";
import { internal } from "../_generated/api.js";
import type { Id } from "../_generated/dataModel.d.ts";
import { httpAction, type ActionCtx } from "../functions.ts";
import { sha256Hex } from "../lib/bytes.ts";
import { maxBodyBytes } from "../lib/env.ts";
import { errorStatuses, type ErrorCode } from "../lib/errors.ts";
import { INLINE_PAYLOAD_BYTES } from "../runs/limits.ts";
import { exceedsBytes } from "../runs/payloads.ts";
import { PAYLOAD_CONTENT_TYPE } from "../runs/retention.ts";
import { readRequest, type ReadRequest } from "./request.ts";
import { toHttpResponse } from "./response.ts";
import { pruneSample } from "./samples.ts";

const eventMethods = ["POST", "GET", "PUT", "PATCH", "DELETE"];
const MAX_KEY_CHARACTERS = 255;
/** How long a caller waits for `webhook.respond`. */
const RESPOND_WITHIN_MS = 30_000;
const FIRST_POLL_MS = 15;
const MAX_POLL_MS = 500;

export const handleWebhook = httpAction(async (ctx, request) => {
  // What browsers and link checkers ask before or instead of the real request is no event.
  if (!eventMethods.includes(request.method)) {
    const allow = { Allow: eventMethods.join(", ") };
    return refuse("method_not_allowed", "This method starts nothing. Send the event with POST.", allow);
  }
  const receivedAtMs = Date.now();
  const token = tokenIn(request.url);
  if (token === null) return refuse("not_found", "There is no such webhook.");
  const key = request.headers.get("idempotency-key");
  if (key !== null && (key === "" || key.length > MAX_KEY_CHARACTERS)) {
    return refuse("malformed", `The Idempotency-Key must have 1 to ${MAX_KEY_CHARACTERS} characters.`);
  }
  const read = await readRequest(request, { maxBytes: maxBodyBytes(), receivedAtMs });
  if (read.kind === "too_large") return refuse("too_large", `The body is larger than ${maxBodyBytes()} bytes.`);
  if (read.kind === "malformed") return refuse("malformed", read.message);
  const ingested = await store(ctx, { token, key, read, receivedAtMs });
  return await answer(ctx, ingested);
});

function tokenIn(url: string): string | null {
  const match = /^\/hooks\/([A-Za-z0-9_-]{16,128})\/?$/.exec(new URL(url).pathname);
  return match?.[1] ?? null;
}

type Ingested = FunctionReturnType<typeof internal.webhooks.internal.ingest>;

async function store(
  ctx: ActionCtx,
  args: { token: string; key: string | null; read: Extract<ReadRequest, { kind: "ok" }>; receivedAtMs: number },
): Promise<Ingested> {
  const { bundle, rawBody } = args.read;
  const isLarge = exceedsBytes(bundle, INLINE_PAYLOAD_BYTES);
  const storageId = isLarge ? await ctx.storage.store(new Blob([bundle], { type: PAYLOAD_CONTENT_TYPE })) : null;
  const ingested: Ingested = await ctx.runMutation(internal.webhooks.internal.ingest, {
    tokenHash: await hashOf(args.token),
    payload: storageId ? { kind: "file", storageId } : { kind: "text", text: bundle },
    sample: isLarge ? JSON.stringify(pruneSample(JSON.parse(bundle))) : bundle,
    receivedAt: args.receivedAtMs,
    ...(args.key !== null && { idempotency: { key: args.key, bodyHash: await sha256Hex(rawBody) } }),
  });
  if (storageId && ingested.kind !== "accepted") await ctx.storage.delete(storageId);
  return ingested;
}

const MAX_HASHES = 1_000;
/** Hashes of tokens seen lately: the same few webhooks are called again and again. */
const hashes = new Map<string, string>();

async function hashOf(token: string): Promise<string> {
  const known = hashes.get(token);
  if (known !== undefined) return known;
  const hash = await sha256Hex(token);
  if (hashes.size >= MAX_HASHES) hashes.clear();
  hashes.set(token, hash);
  return hash;
}

async function answer(ctx: ActionCtx, ingested: Ingested): Promise<Response> {
  switch (ingested.kind) {
    case "accepted": {
      const { runId, responds } = ingested;
      const response = ingested.response ?? (responds ? await waitForResponse(ctx, runId) : null);
      return response === null ? accept({ runId }) : toHttpResponse(JSON.parse(response) as WebhookResponse);
    }
    case "repeated":
      return accept({ runId: ingested.runId });
    case "captured":
      return accept({ captured: true });
    case "mismatch":
      return refuse("invalid", "This Idempotency-Key was used with another body.");
    case "overloaded": {
      const seconds = String(Math.max(1, Math.ceil(ingested.retryAfterMs / 1_000)));
      return refuse("rate_limited", "Too much is waiting to be done. Try again later.", { "Retry-After": seconds });
    }
    case "unknown":
      return refuse("not_found", "There is no such webhook, or its scenario is off.");
  }
}

/** Asks for the answer at growing intervals; null when the run ended without one, or the time is over. */
async function waitForResponse(ctx: ActionCtx, runId: Id<"runs">): Promise<string | null> {
  const deadlineMs = Date.now() + RESPOND_WITHIN_MS;
  for (let intervalMs = FIRST_POLL_MS; ; intervalMs = Math.min(intervalMs * 1.5, MAX_POLL_MS)) {
    const { response, isFinal } = await ctx.runQuery(internal.webhooks.internal.getResponse, { runId });
    if (isFinal) return response;
    if (Date.now() + intervalMs > deadlineMs) return null;
    await new Promise((resolve) => setTimeout(resolve, intervalMs));
  }
}

const accept = (body: { runId: Id<"runs"> } | { captured: true }): Response => Response.json(body, { status: 202 });

function refuse(code: ErrorCode, message: string, headers: Record<string, string> = {}): Response {
  return Response.json({ error: { code, message, details: null } }, { status: errorStatuses[code], headers });
}
