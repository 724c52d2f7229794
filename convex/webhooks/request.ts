/** Reads a webhook's request into the bundle its trigger emits. */
import { jsonFault } from "../lib/json.ts";
import { requestBundle } from "../runs/bundle.ts";

/** Sender's credentials are for us, not for the scenario's data; hop-by-hop headers say nothing about the event. */
const hiddenHeaders = new Set([
  "authorization",
  "cookie",
  "proxy-authorization",
  "connection",
  "keep-alive",
  "upgrade",
]);

export type ReadRequest =
  { kind: "ok"; bundle: string; rawBody: string } | { kind: "too_large" } | { kind: "malformed"; message: string };

/** Reads the body, never more than `maxBytes`, and parses it by its content type. */
export async function readRequest(
  request: Request,
  options: { maxBytes: number; receivedAtMs: number },
): Promise<ReadRequest> {
  if (Number(request.headers.get("content-length") ?? "0") > options.maxBytes) return { kind: "too_large" };
  const bytes = new Uint8Array(await request.arrayBuffer());
  if (bytes.length > options.maxBytes) return { kind: "too_large" };
  const rawBody = new TextDecoder().decode(bytes);
  const body = parseBody(rawBody, request.headers.get("content-type") ?? "");
  if (!body.ok) return { kind: "malformed", message: body.message };
  const bundle = requestBundle({
    method: request.method,
    headers: readHeaders(request.headers),
    query: Object.fromEntries(new URL(request.url).searchParams),
    bodyJson: body.json,
    receivedAtMs: options.receivedAtMs,
  });
  return { kind: "ok", bundle, rawBody };
}

function readHeaders(headers: Headers): Record<string, string> {
  const entries: [string, string][] = [];
  headers.forEach((value, name) => {
    if (!hiddenHeaders.has(name)) entries.push([name, value]);
  });
  return Object.fromEntries(entries);
}

/** The body as JSON text. A body that says it is JSON must be. */
function parseBody(text: string, contentType: string): { ok: true; json: string } | { ok: false; message: string } {
  const type = (contentType.split(";")[0] ?? "").trim().toLowerCase();
  if (text === "") return { ok: true, json: "null" };
  if (type === "application/json" || type.endsWith("+json")) {
    const fault = jsonFault(text);
    return fault === null ? { ok: true, json: text } : { ok: false, message: `The body ${fault}.` };
  }
  if (type === "application/x-www-form-urlencoded") return { ok: true, json: JSON.stringify(parseForm(text)) };
  // Many senders forget the content type: what reads as JSON is taken as JSON.
  if (type === "" && jsonFault(text) === null) return { ok: true, json: text };
  return { ok: true, json: JSON.stringify(text) };
}

/** A field that comes several times becomes a list. */
function parseForm(text: string): Record<string, string | string[]> {
  const fields = new Map<string, string[]>();
  for (const [name, value] of new URLSearchParams(text)) fields.set(name, [...(fields.get(name) ?? []), value]);
  return Object.fromEntries(
    [...fields].map(([name, values]) => [name, values.length === 1 ? (values[0] ?? "") : values]),
  );
}
