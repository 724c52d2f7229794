/** The HTTP action behind `<site>/hooks/<token>`. A 202 is sent only after the run is durably stored. */
import type { WebhookResponse } from "@patchbay/engine";
import type { FunctionReturnType } from "convex/server";
import { internal } from "../_generated/api.js";
import type { Id } from "../_generated/dataModel.d.ts";
import { httpAction, type ActionCtx } from "../functions.ts";
import { sha256Hex, toHex } from "../lib/bytes.ts";
import { maxBodyBytes } from "../lib/env.ts";
import { requestOrigin } from "../lib/request.ts";
import { closedWords } from "../runs/admission.ts";
import { INLINE_PAYLOAD_BYTES } from "../runs/limits.ts";
import { exceedsBytes } from "../runs/payloads.ts";
import { PAYLOAD_CONTENT_TYPE } from "../runs/retention.ts";
import { accept, refuse, refuseFor, retryAfter, toText } from "./answers.ts";
import {
  challengeOf,
  checkBody,
  checkSender,
  eventOf,
  loadGuard,
  openGuard,
  type ArrivedRequest,
  type Guard,
  type Verdict,
} from "./guard.ts";
import { createOrganizationLimit, ORGANIZATION_PER_MINUTE } from "./limits.ts";
import { createRefusalBuffer } from "./refusals.ts";
import { readBytes, readRequest } from "./request.ts";
import { toHttpResponse } from "./response.ts";
import { pruneSample } from "./samples.ts";
import type { StoredGuard } from "./settings.ts";

const eventMethods = ["POST", "GET", "PUT", "PATCH", "DELETE"];
const MAX_KEY_CHARACTERS = 255;
/** How long a caller waits for `webhook.respond`. */
const RESPOND_WITHIN_MS = 30_000;
const FIRST_POLL_MS = 15;
const MAX_POLL_MS = 500;
/** Settings that change while a request is looked at are read again, this often at most. */
const MAX_READINGS = 4;

/** What this process knows of webhooks by the hashes of their tokens; the version in the database decides whether it holds. */
const guards = new Map<string, Guard>();
const organizations = new Map<string, Id<"organizations">>();
const hashes = new Map<string, string>();
const MAX_REMEMBERED = 1_000;
const refusals = createRefusalBuffer();
const organizationLimit = createOrganizationLimit(ORGANIZATION_PER_MINUTE);

export const handleWebhook = httpAction(async (ctx, request) => {
  // What browsers and link checkers ask before or instead of the real request is no event.
  if (!eventMethods.includes(request.method)) {
    const allow = { Allow: eventMethods.join(", ") };
    return refuse("method_not_allowed", "This method starts nothing. Send the event with POST.", allow);
  }
  const receivedAtMs = Date.now();
  const url = new URL(request.url);
  const token = /^\/hooks\/([A-Za-z0-9_-]{16,128})\/?$/.exec(url.pathname)?.[1];
  if (token === undefined) return refuse("not_found", "There is no such webhook.");
  const key = request.headers.get("idempotency-key");
  if (key !== null && (key === "" || key.length > MAX_KEY_CHARACTERS)) {
    return refuse("malformed", `The Idempotency-Key must have 1 to ${MAX_KEY_CHARACTERS} characters.`);
  }
  const bytes = await readBytes(request, maxBodyBytes());
  if (bytes === null) return refuse("too_large", `The body is larger than ${maxBodyBytes()} bytes.`);
  const { method, headers } = request;
  const tokenHash = await hashOf(token);
  const limitedMs = takeFromOrganization(tokenHash, receivedAtMs);
  if (limitedMs > 0) return refuse("rate_limited", "Too many requests to this organization.", retryAfter(limitedMs));
  return await handle(ctx, { tokenHash, key, request: { method, url, headers, bytes, receivedAtMs } });
});

function takeFromOrganization(tokenHash: string, nowMs: number): number {
  const organizationId = organizations.get(tokenHash);
  return organizationId === undefined ? 0 : organizationLimit.take(organizationId, nowMs);
}

interface Arrival {
  tokenHash: string;
  key: string | null;
  request: Omit<ArrivedRequest, "address">;
}

/** Checks the request by what is remembered of the webhook, and again by what the database says where that has changed. */
async function handle(ctx: ActionCtx, arrival: Arrival): Promise<Response> {
  const { tokenHash } = arrival;
  for (let reading = 0; reading < MAX_READINGS; reading++) {
    const guard = guards.get(tokenHash) ?? openGuard;
    const result = await attempt(ctx, arrival, guard);
    if (result.kind === "done") return result.response;
    remember(guards, tokenHash, await loadGuard(result.guard));
    remember(organizations, tokenHash, result.guard.organizationId);
  }
  return refuse("unavailable", "The webhook's settings are being changed. Try again.", retryAfter(1_000));
}

type Attempted = { kind: "done"; response: Response } | { kind: "guarded"; guard: StoredGuard };
const done = (response: Response): Attempted => ({ kind: "done", response });

async function attempt(ctx: ActionCtx, arrival: Arrival, guard: Guard): Promise<Attempted> {
  const { settings } = guard;
  const address = settings.addresses ? (await requestOrigin(ctx)).ip : null;
  const request: ArrivedRequest = { ...arrival.request, address };
  const refuseIt = (verdict: NonNullable<Verdict>, response: Response) =>
    reject(ctx, { ...arrival, request, guard, verdict, response });
  // Asked before anything can be signed, and answered with what the asker sent: it says only that somebody is here.
  const asked = settings.challenge?.kind === "query" ? challengeOf(guard, request, null) : null;
  if (asked !== null) return await confirm(ctx, { arrival, guard, text: asked });
  const sender = await checkSender(guard, request);
  if (sender) return await refuseIt(sender, refuseFor(sender.reason, settings.methods));
  const hidden = settings.authentication.kind === "header" ? settings.authentication.header : undefined;
  const read = readRequest(request, { maxBytes: maxBodyBytes(), hidden });
  if (read.kind !== "ok") {
    return await refuseIt({ reason: read.kind, detail: read.message }, refuse(read.kind, read.message));
  }
  const unfit = checkBody(guard, read.bodyJson);
  if (unfit) {
    const response = refuse("invalid", `The body does not fit: ${unfit.detail}.`, {}, { field: unfit.field });
    return await refuseIt(unfit, response);
  }
  const challenge = settings.challenge?.kind === "body" ? challengeOf(guard, request, read.bodyJson) : null;
  if (challenge !== null) return await confirm(ctx, { arrival, guard, text: challenge });
  const ingested = await store(ctx, { arrival, guard, request, bundle: read.bundle, bodyJson: read.bodyJson });
  if (ingested.kind === "guarded") return ingested;
  if (ingested.kind === "limited") {
    const detail = `more than ${settings.rateLimit?.perMinute} requests per minute`;
    const response = refuse("rate_limited", "Too many requests to this webhook.", retryAfter(ingested.retryAfterMs));
    return await refuseIt({ reason: "rate_limit", detail }, response);
  }
  if (ingested.kind === "accepted") remember(organizations, arrival.tokenHash, ingested.organizationId);
  return done(await answer(ctx, ingested, guard));
}

/** Refuses, unless the webhook asks for something else by now. */
async function reject(
  ctx: ActionCtx,
  args: Arrival & { request: ArrivedRequest; guard: Guard; verdict: NonNullable<Verdict>; response: Response },
): Promise<Attempted> {
  const { tokenHash, guard, verdict, request, response } = args;
  const { isWritten, more } = refusals.next(tokenHash, request.receivedAtMs);
  const { reason, detail } = verdict;
  // The settings have just held, so that nothing is left to ask but whether to count it.
  if (reason === "rate_limit" && !isWritten) return done(response);
  const address = request.address ?? (await requestOrigin(ctx)).ip;
  const refusal = { reason, detail: detail.slice(0, 300), method: request.method, ...(address && { address }) };
  const known = { tokenHash, version: guard.version };
  const noted = await ctx.runMutation(internal.webhooks.internal.noteRefusal, {
    ...known,
    ...(isWritten && { refusal, more }),
  });
  if (noted.kind === "guarded") return noted;
  return done(noted.kind === "unknown" ? unknown() : response);
}

/** Sends a challenge back, if the webhook still asks for it. */
async function confirm(ctx: ActionCtx, args: { arrival: Arrival; guard: Guard; text: string }): Promise<Attempted> {
  const known = { tokenHash: args.arrival.tokenHash, version: args.guard.version };
  const noted = await ctx.runMutation(internal.webhooks.internal.noteRefusal, known);
  if (noted.kind === "guarded") return noted;
  return done(noted.kind === "unknown" ? unknown() : toText(args.text));
}

type Ingested = FunctionReturnType<typeof internal.webhooks.internal.ingest>;

async function store(
  ctx: ActionCtx,
  args: { arrival: Arrival; guard: Guard; request: ArrivedRequest; bundle: string; bodyJson: string },
): Promise<Ingested> {
  const { arrival, guard, request, bundle } = args;
  const isLarge = exceedsBytes(bundle, INLINE_PAYLOAD_BYTES);
  const storageId = isLarge ? await ctx.storage.store(new Blob([bundle], { type: PAYLOAD_CONTENT_TYPE })) : null;
  const event = await eventOf(guard, request, args.bodyJson);
  const { rateLimit } = guard.settings;
  const ingested: Ingested = await ctx.runMutation(internal.webhooks.internal.ingest, {
    tokenHash: arrival.tokenHash,
    payload: storageId ? { kind: "file", storageId } : { kind: "text", text: bundle },
    sample: isLarge ? JSON.stringify(pruneSample(JSON.parse(bundle))) : bundle,
    receivedAt: request.receivedAtMs,
    ...(guard.version > 0 && { version: guard.version }),
    ...(arrival.key !== null && { idempotency: { key: arrival.key, bodyHash: await digest(request) } }),
    ...(event && { event: { ...event, bodyHash: await digest(request) } }),
    ...(rateLimit && { rateLimit }),
  });
  if (storageId && ingested.kind !== "accepted") await ctx.storage.delete(storageId);
  return ingested;
}

async function digest({ bytes }: ArrivedRequest): Promise<string> {
  return toHex(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
}

/** Hashes of tokens seen lately: the same few webhooks are called again and again. */
async function hashOf(token: string): Promise<string> {
  const known = hashes.get(token);
  if (known !== undefined) return known;
  const hash = await sha256Hex(token);
  remember(hashes, token, hash);
  return hash;
}

function remember<Value>(map: Map<string, Value>, key: string, value: Value): void {
  if (map.size >= MAX_REMEMBERED && !map.has(key)) map.clear();
  map.set(key, value);
}

const unknown = () => refuse("not_found", "There is no such webhook, or its scenario is off.");

async function answer(
  ctx: ActionCtx,
  ingested: Exclude<Ingested, { kind: "guarded" | "limited" }>,
  guard: Guard,
): Promise<Response> {
  const own = guard.settings.answer;
  switch (ingested.kind) {
    case "accepted": {
      const { runId, responds } = ingested;
      const response = ingested.response ?? (responds ? await waitForResponse(ctx, runId) : null);
      if (response !== null) return toHttpResponse(JSON.parse(response) as WebhookResponse);
      return own && !responds ? toText(own.body, own) : accept({ runId });
    }
    case "repeated":
      return own ? toText(own.body, own) : accept({ runId: ingested.runId, ...ingested.note });
    case "captured":
      return own ? toText(own.body, own) : accept({ captured: true });
    case "mismatch":
      return refuse("invalid", "This Idempotency-Key was used with another body.");
    case "overloaded":
      return refuse(
        "rate_limited",
        "Too much is waiting to be done. Try again later.",
        retryAfter(ingested.retryAfterMs),
      );
    case "maintenance":
    case "draining":
      return refuse("unavailable", closedWords(ingested.kind), retryAfter(ingested.retryAfterMs));
    case "unknown":
      return unknown();
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
