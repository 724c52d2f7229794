/** Reads a webhook's request into the bundle its trigger emits. */
import type { Bytes } from "../lib/bytes.ts";
import { requestBundle } from "../runs/bundle.ts";
import { parseBody } from "./body.ts";
import type { ArrivedRequest } from "./guard.ts";

/** Sender's credentials are for us, not for the scenario's data; hop-by-hop headers say nothing about the event. */
const hiddenHeaders = new Set([
  "authorization",
  "cookie",
  "proxy-authorization",
  "connection",
  "keep-alive",
  "upgrade",
]);

/** The raw body, or null where it is larger than `maxBytes`. */
export async function readBytes(request: Request, maxBytes: number): Promise<Bytes | null> {
  if (Number(request.headers.get("content-length") ?? "0") > maxBytes) return null;
  const bytes = new Uint8Array(await request.arrayBuffer());
  return bytes.length > maxBytes ? null : bytes;
}

export type ReadRequest =
  | { kind: "ok"; bundle: string; bodyJson: string }
  | { kind: "too_large"; message: string }
  | { kind: "malformed"; message: string };

/** Parses the body by its content type. `hidden`: a header that holds the webhook's own secret stays out of the bundle. */
export function readRequest(
  request: ArrivedRequest,
  options: { maxBytes: number; hidden?: string | undefined },
): ReadRequest {
  const body = parseBody(request.bytes, {
    contentType: request.headers.get("content-type") ?? "",
    contentEncoding: request.headers.get("content-encoding") ?? "",
    maxBytes: options.maxBytes,
  });
  if (body.kind !== "ok") return body;
  const bundle = requestBundle({
    method: request.method,
    headers: readHeaders(request.headers, options.hidden?.toLowerCase()),
    query: Object.fromEntries(request.url.searchParams),
    bodyJson: body.json,
    receivedAtMs: request.receivedAtMs,
  });
  return { kind: "ok", bundle, bodyJson: body.json };
}

function readHeaders(headers: Headers, hidden: string | undefined): Record<string, string> {
  const entries: [string, string][] = [];
  headers.forEach((value, name) => {
    if (!hiddenHeaders.has(name) && name !== hidden) entries.push([name, value]);
  });
  return Object.fromEntries(entries);
}
