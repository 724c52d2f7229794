/** What a webhook's caller gets to read. */
import { errorStatuses, type ErrorCode } from "../lib/errors.ts";
import type { RefusalReason } from "./refusals.ts";
import { toHttpResponse } from "./response.ts";

export const accept = (body: Record<string, string | boolean>): Response => Response.json(body, { status: 202 });

export function refuse(
  code: ErrorCode,
  message: string,
  headers: Record<string, string> = {},
  details: Record<string, string> | null = null,
): Response {
  return Response.json({ error: { code, message, details } }, { status: errorStatuses[code], headers });
}

/** `Retry-After` in whole seconds. */
export const retryAfter = (ms: number): Record<string, string> => ({
  "Retry-After": String(Math.max(1, Math.ceil(ms / 1_000))),
});

/** The answer to a sender who was not let in: why is not for the sender to know. */
export function refuseFor(reason: RefusalReason, methods: readonly string[] | undefined): Response {
  if (reason === "method") {
    return refuse("method_not_allowed", "This method starts nothing here.", { Allow: (methods ?? []).join(", ") });
  }
  if (reason === "address") return refuse("forbidden", "The request was refused.");
  return refuse("unauthenticated", "The request was refused.");
}

/** Plain text, or what the trigger's own answer is, under the policy that all webhook answers have. */
export function toText(body: string, as?: { status: number; contentType: string }): Response {
  const contentType = as?.contentType ?? "text/plain; charset=utf-8";
  return toHttpResponse({ status: as?.status ?? 200, headers: [{ name: "Content-Type", value: contentType }], body });
}
