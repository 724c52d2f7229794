/** The bundle that a trigger emits, as JSON text. */
import { callInterfaceOf, takeInputs, type Definition, type Issue, type JsonValue } from "@patchbay/core";
import { manifestCatalog } from "@patchbay/catalog/manifests";
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
  checkPayload(payload);
  return requestBundle({ method: "POST", headers: {}, query: {}, bodyJson: payload, receivedAtMs });
}

/**
 * The bundle of a scenario that others call, started by hand or through the API: the payload is an object of its inputs. Nothing but
 * what is declared is taken. Throws `malformed` or `too_large` as `payloadBundle` does.
 */
export function inputsBundle(
  definition: Definition,
  payload: string,
  startedMs: number,
): { ok: true; text: string } | { ok: false; issues: Issue[] } {
  checkPayload(payload);
  const values: unknown = JSON.parse(payload);
  const invalid = (name: string | null, message: string): Issue => {
    const field = name === null ? ["inputs"] : ["inputs", name];
    return { code: "input_invalid", severity: "error", message, fix: "Give the inputs as an object by name.", field };
  };
  if (typeof values !== "object" || values === null || Array.isArray(values)) {
    return { ok: false, issues: [invalid(null, "This scenario takes an object with its inputs.")] };
  }
  const declared = callInterfaceOf(definition, manifestCatalog)?.inputs ?? [];
  const { inputs, faults, unknown } = takeInputs(declared, values as Record<string, JsonValue>);
  const names = declared.map(({ name }) => `"${name}"`).join(", ") || "none";
  const issues = [
    ...faults.map(({ name, message }) => invalid(name, message)),
    ...unknown.map((name) => invalid(name, `There is no input "${name}". The inputs are: ${names}.`)),
  ];
  if (issues.length > 0) return { ok: false, issues };
  return {
    ok: true,
    text: JSON.stringify({ inputs, startedAt: new Date(startedMs).toISOString(), caller: null }),
  };
}

/** The bundle of a schedule trigger, as JSON text. */
export function scheduleBundle(times: { scheduledMs: number; startedMs: number; missed: number }): string {
  const { scheduledMs, startedMs, missed } = times;
  const text = (ms: number) => new Date(ms).toISOString();
  return JSON.stringify({ scheduledAt: text(scheduledMs), startedAt: text(startedMs), missed });
}

/** The bundle of a run by hand that begins with a polled item: the payload itself. Throws as `payloadBundle` does. */
export function itemBundle(payload: string): string {
  checkPayload(payload);
  return payload;
}

function checkPayload(payload: string): void {
  if (exceedsBytes(payload, maxBodyBytes())) throw appError("too_large", "The payload is too large.");
  const fault = jsonFault(payload);
  if (fault !== null) throw appError("malformed", `The payload ${fault}.`);
}
