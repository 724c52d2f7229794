import type { ActionContext } from "../context.ts";
import { errors, isIntegrationError, type IntegrationError } from "../errors.ts";
import { readBody } from "./body.ts";
import { toNetworkError } from "./failure.ts";

const DEFAULT_TIMEOUT_MS = 30_000;
const DEFAULT_MAX_RESPONSE_BYTES = 5 * 1_048_576;
const MAX_REDIRECTS = 10;
const redirectStatuses = new Set([301, 302, 303, 307, 308]);
/** Credentials that are not carried to another origin, as browsers do it. */
const alwaysOriginBound = ["authorization", "cookie", "proxy-authorization"];

export interface HttpRequest {
  method: string;
  url: URL;
  headers?: Headers;
  /** Headers made from a connection: sent to the URL's own origin only, never to where it redirects. */
  credentials?: Headers;
  body?: string | Uint8Array;
  /** For the whole exchange, redirects and body included; 30 s by default. */
  timeoutMs?: number;
  /** 5 MB by default; a longer answer fails. */
  maxResponseBytes?: number;
}

export interface HttpResponse {
  status: number;
  /** Names in lower case; repeated headers joined by a comma. */
  headers: Record<string, string>;
  bytes: Uint8Array;
  /** The URL that answered, after redirects. */
  url: URL;
  /** Another URL had been asked before: it may have carried out the request, whatever this answer says. */
  redirected: boolean;
}

/**
 * Sends a request through the host's guarded `fetch` and reads the whole answer, whatever its status.
 * @throws IntegrationError that says whether the request can have been carried out: `timeout`, `cancelled`, `retryable`
 *   (with `notPerformed` where no connection stood) or `terminal`
 */
export async function sendHttpRequest(context: ActionContext, request: HttpRequest): Promise<HttpResponse> {
  const timeoutMs = request.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const deadline = startDeadline(context.signal, timeoutMs, request.url.host);
  try {
    return await Promise.race([exchange(context, request, deadline.signal), deadline.expired]);
  } catch (thrown) {
    // An aborted fetch fails in its own words; what counts is why it was aborted.
    throw deadline.reason ?? thrown;
  } finally {
    deadline.stop();
  }
}

async function exchange(context: ActionContext, request: HttpRequest, signal: AbortSignal): Promise<HttpResponse> {
  const maxBytes = request.maxResponseBytes ?? DEFAULT_MAX_RESPONSE_BYTES;
  let hop = startHop(request);
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const { url, method, headers, body } = hop;
    // Redirects are followed here, not by fetch, so that credentials stay with their origin.
    const init: RequestInit = { method, headers, redirect: "manual", signal };
    if (body !== undefined) init.body = body as BodyInit;
    const redirected = redirects > 0;
    try {
      const response = await context.fetch(url.href, init);
      const next = redirectStatuses.has(response.status) ? followRedirect(hop, response) : null;
      if (!next) return { ...(await readResponse(response, maxBytes)), url, redirected };
      await response.body?.cancel();
      hop = next;
    } catch (thrown) {
      throw isIntegrationError(thrown) ? thrown : toNetworkError(thrown, { host: url.host, redirected });
    }
  }
  throw errors.terminal(`${request.url.host} redirects more than ${MAX_REDIRECTS} times.`, {
    code: "too_many_redirects",
  });
}

interface Hop {
  url: URL;
  method: string;
  headers: Headers;
  body: string | Uint8Array | undefined;
  /** Names of headers that another origin must not see. */
  originBound: readonly string[];
}

function startHop(request: HttpRequest): Hop {
  const headers = new Headers(request.headers);
  const originBound = [...alwaysOriginBound];
  request.credentials?.forEach((value, name) => {
    headers.set(name, value);
    originBound.push(name);
  });
  return { url: request.url, method: request.method, headers, body: request.body, originBound };
}

/** The next hop by the Fetch standard's rules, or null where the answer names no place to go. */
function followRedirect(hop: Hop, response: Response): Hop | null {
  const location = response.headers.get("location");
  if (!location || !URL.canParse(location, hop.url)) return null;
  const url = new URL(location, hop.url);
  if (url.protocol !== "http:" && url.protocol !== "https:") return null;
  const headers = new Headers(hop.headers);
  if (url.origin !== hop.url.origin) for (const name of hop.originBound) headers.delete(name);
  const becomesGet =
    (response.status === 303 && hop.method !== "GET" && hop.method !== "HEAD") ||
    ((response.status === 301 || response.status === 302) && hop.method === "POST");
  if (!becomesGet) return { ...hop, url, headers };
  headers.delete("content-type");
  return { ...hop, url, method: "GET", headers, body: undefined };
}

async function readResponse(response: Response, maxBytes: number): Promise<Omit<HttpResponse, "url" | "redirected">> {
  const bytes = await readBody(response, maxBytes);
  const headers: Record<string, string> = {};
  response.headers.forEach((value, name) => {
    const key = name.toLowerCase();
    headers[key] = key in headers ? `${headers[key]}, ${value}` : value;
  });
  return { status: response.status, headers, bytes };
}

/** Ends the exchange when its time is over or the operation is aborted, also where `fetch` does not heed its signal. */
function startDeadline(outer: AbortSignal, timeoutMs: number, host: string) {
  const controller = new AbortController();
  let reject: (reason: IntegrationError) => void = () => {};
  const expired = new Promise<never>((_resolve, onExpired) => (reject = onExpired));
  // The race may already be over when this rejects.
  expired.catch(() => {});
  const deadline = { signal: controller.signal, expired, reason: null as IntegrationError | null, stop };
  const end = (reason: IntegrationError) => {
    deadline.reason ??= reason;
    controller.abort(reason);
    reject(reason);
  };
  const onAbort = () => end(toAbortError(outer.reason, host));
  const timer = setTimeout(
    () => end(errors.timeout(`${host} did not answer within ${timeoutMs / 1_000} s.`)),
    timeoutMs,
  );
  function stop() {
    clearTimeout(timer);
    outer.removeEventListener("abort", onAbort);
  }
  if (outer.aborted) onAbort();
  else outer.addEventListener("abort", onAbort, { once: true });
  return deadline;
}

function toAbortError(reason: unknown, host: string): IntegrationError {
  if (isIntegrationError(reason)) return reason;
  const name = typeof reason === "object" && reason !== null ? (reason as { name?: unknown }).name : undefined;
  return name === "TimeoutError"
    ? errors.timeout(`The operation's time was over before ${host} had answered.`, { cause: reason })
    : errors.cancelled(`The request to ${host} was stopped.`, { cause: reason });
}
