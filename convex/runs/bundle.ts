/** The bundle that a trigger emits, as JSON text. */
import { appError } from "../lib/errors.ts";
import { maxBodyBytes } from "../lib/env.ts";
import { exceedsBytes } from "./payloads.ts";

/** Deeper JSON is refused: nothing sensible nests like this, and recursive code must not be led into the depths. */
const MAX_DEPTH = 200;

/** The bundle of a request; `bodyJson` is JSON text and goes in as it is. */
export function requestBundle(request: {
  method: string;
  headers: Record<string, string>;
  query: Record<string, string>;
  bodyJson: string;
  receivedAtMs: number;
}): string {
  const method = JSON.stringify(request.method);
  const headers = JSON.stringify(request.headers);
  const query = JSON.stringify(request.query);
  const receivedAt = JSON.stringify(new Date(request.receivedAtMs).toISOString());
  return `{"method":${method},"headers":${headers},"query":${query},"body":${request.bodyJson},"receivedAt":${receivedAt}}`;
}

/** The bundle of a run started by hand or through the API: the payload is what a webhook would have received as its body. */
export function payloadBundle(payload: string, receivedAtMs: number): string {
  if (exceedsBytes(payload, maxBodyBytes())) throw appError("too_large", "The payload is too large.");
  const fault = jsonFault(payload);
  if (fault !== null) throw appError("malformed", `The payload ${fault}.`);
  return requestBundle({ method: "POST", headers: {}, query: {}, bodyJson: payload, receivedAtMs });
}

/** What is wrong with a text that should be JSON ("is not JSON: ..."), or null. */
export function jsonFault(text: string): string | null {
  if (isTooDeep(text)) return `is nested more than ${MAX_DEPTH} levels deep`;
  try {
    JSON.parse(text);
    return null;
  } catch (thrown) {
    return `is not JSON: ${thrown instanceof Error ? thrown.message : String(thrown)}`;
  }
}

/** Counts open brackets outside of strings, before anything recursive sees the text. */
function isTooDeep(text: string): boolean {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) i = endOfString(text, i);
    else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      depth += 1;
      if (depth > MAX_DEPTH) return true;
    } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) depth -= 1;
  }
  return false;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** Position of the quote that ends the string which begins at `from`. */
function endOfString(text: string, from: number): number {
  for (let i = from + 1; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === BACKSLASH) i += 1;
    else if (code === QUOTE) return i;
  }
  return text.length;
}
