/**
 * The HTTP action behind `<site>/resume/<token>`, where programs answer. Only POST answers: whatever follows links (mail scanners,
 * previews, people) merely looks.
 */
import { internal } from "../_generated/api.js";
import { httpAction, type ActionCtx } from "../functions.ts";
import { errorStatuses, readAppError, type ErrorCode } from "../lib/errors.ts";
import type { Answered, Gone } from "./answer.ts";
import { MAX_ANSWER_CHARACTERS } from "./describe.ts";
import { hashToken, pageUrl, TOKEN_PATTERN } from "./tokens.ts";

export const handleResume = httpAction(async (ctx, request) => {
  const token = /^\/resume\/([^/]+)\/?$/.exec(new URL(request.url).pathname)?.[1] ?? "";
  if (!TOKEN_PATTERN.test(token)) return refuse("not_found", NOTHING);
  if (request.method === "GET" || request.method === "HEAD") return await look(ctx, request, token);
  if (request.method !== "POST") {
    return refuse("method_not_allowed", "Answer with POST.", null, { Allow: "GET, HEAD, POST" });
  }
  return await answer(ctx, request, token);
});

const NOTHING = "There is nothing to answer at this address.";

/** Sends people to the page, and tells programs how it stands. */
async function look(ctx: ActionCtx, request: Request, token: string): Promise<Response> {
  const view = await ctx.runQuery(internal.waits.internal.getWait, { tokenHash: await hashToken(token) });
  if (view.state === "unknown") return refuse("not_found", NOTHING);
  if (request.headers.get("accept")?.includes("text/html")) {
    return new Response(null, { status: 303, headers: { ...headers, Location: pageUrl(token) } });
  }
  return json(200, { state: view.state, ...(view.state === "gone" && { reason: view.gone.reason }) });
}

async function answer(ctx: ActionCtx, request: Request, token: string): Promise<Response> {
  const text = await readText(request);
  if (text === null) return refuse("too_large", `The body has more than ${MAX_ANSWER_CHARACTERS} characters.`);
  try {
    const call = { tokenHash: await hashToken(token), answer: text === "" ? "null" : text };
    const answered = await ctx.runMutation(internal.waits.internal.answer, call);
    return answered === null ? refuse("not_found", NOTHING) : describe(answered);
  } catch (error) {
    const known = readAppError(error);
    if (known === null) throw error;
    return refuse(known.code, known.message);
  }
}

/** The body, or null where it is too large. */
async function readText(request: Request): Promise<string | null> {
  if (Number(request.headers.get("content-length") ?? "0") > 4 * MAX_ANSWER_CHARACTERS) return null;
  const text = await request.text();
  return text.length > MAX_ANSWER_CHARACTERS ? null : text;
}

function describe(answered: Answered): Response {
  switch (answered.kind) {
    case "accepted":
      return json(200, { accepted: true, ...(answered.early && { early: true }) });
    case "invalid":
      return refuse("invalid", answered.faults.map(({ message }) => message).join(" "), { fields: answered.faults });
    case "gone": {
      const error = { code: "gone", message: wordsOf(answered.gone), details: { reason: answered.gone.reason } };
      return json(410, { error });
    }
    case "tooMany": {
      const seconds = String(Math.max(1, Math.ceil(answered.retryAfterMs / 1_000)));
      return refuse("rate_limited", "Too many answers were refused here. Try again later.", null, {
        "Retry-After": seconds,
      });
    }
  }
}

function wordsOf(gone: Gone): string {
  const at = new Date(gone.at).toISOString();
  switch (gone.reason) {
    case "answered":
      return `This was already answered at ${at}.`;
    case "skipped":
      return `Somebody went on without an answer at ${at}.`;
    case "expired":
      return `The time to answer ended at ${at}.`;
    case "ended":
      return `The run ended at ${at} (${gone.runState}) and waits for no answer any more.`;
  }
}

const headers = { "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "X-Robots-Tag": "noindex" };

const json = (status: number, value: unknown, more: Record<string, string> = {}): Response =>
  Response.json(value, { status, headers: { ...headers, ...more } });

function refuse(code: ErrorCode, message: string, details: unknown = null, more: Record<string, string> = {}) {
  return json(errorStatuses[code], { error: { code, message, details } }, more);
}
