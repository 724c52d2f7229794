/** The bundle that a trigger emits, as JSON text. */
import { appError } from "../lib/errors.ts";
import { maxBodyBytes } from "../lib/env.ts";
import { jsonFault } from "../lib/json.ts";
import { exceedsBytes } from "./payloads.ts";

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

/** The bundle of a schedule trigger, as JSON text. */
export function scheduleBundle(times: { scheduledMs: number; startedMs: number; missed: number }): string {
  const { scheduledMs, startedMs, missed } = times;
  const text = (ms: number) => new Date(ms).toISOString();
  return JSON.stringify({ scheduledAt: text(scheduledMs), startedAt: text(startedMs), missed });
}
