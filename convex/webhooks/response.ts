import type { WebhookResponse } from "@patchbay/engine";

/**
 * Set by the server itself or by its connection; and what browsers obey for the whole host, on which the web app may live
 * as well: its cookies, its stored data, how it is reached.
 */
const reservedHeaders = new Set([
  "content-length",
  "transfer-encoding",
  "connection",
  "content-security-policy",
  "x-content-type-options",
  "set-cookie",
  "clear-site-data",
  "strict-transport-security",
  "service-worker-allowed",
  "alt-svc",
]);
const NULL_BODY_STATUSES = new Set([204, 205, 304]);

/**
 * The answer that a `webhook.respond` node made. It comes from the deployment's own site and is written by a scenario, so
 * a sandboxing policy keeps whatever it holds from acting as the site.
 */
export function toHttpResponse(response: WebhookResponse): Response {
  const headers = new Headers();
  for (const { name, value } of response.headers) {
    if (!reservedHeaders.has(name.toLowerCase())) setHeader(headers, name, value);
  }
  headers.set("Content-Security-Policy", "sandbox; default-src 'none'");
  headers.set("X-Content-Type-Options", "nosniff");
  const status = response.status >= 200 && response.status <= 599 ? response.status : 200;
  if (NULL_BODY_STATUSES.has(status)) return new Response(null, { status, headers });
  const isText = typeof response.body === "string";
  if (!headers.has("Content-Type")) {
    headers.set("Content-Type", isText ? "text/plain; charset=utf-8" : "application/json");
  }
  return new Response(isText ? (response.body as string) : JSON.stringify(response.body), { status, headers });
}

/** A header that HTTP does not allow is left out: the rest of the answer is still of use. */
function setHeader(headers: Headers, name: string, value: string): void {
  try {
    headers.append(name, value);
  } catch {
    console.warn(`The webhook's answer has an invalid header: ${JSON.stringify(name)}.`);
  }
}
