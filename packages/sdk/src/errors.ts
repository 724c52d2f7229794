import type { ErrorKind, JsonValue, OperationError } from "@patchbay/core";
import { z } from "zod";

/** Marks our errors across bundles and realms, where `instanceof` fails. */
const brand: unique symbol = Symbol.for("patchbay.integrationError") as never;

/** What an action throws: an `Error` whose `data` is the operation error that is stored and shown. */
export class IntegrationError extends Error {
  readonly data: OperationError;
  readonly [brand] = true;

  constructor(data: OperationError, options?: ErrorOptions) {
    super(data.message, options);
    this.name = "IntegrationError";
    this.data = data;
  }
}

/** Recognised by its mark, so that it works for errors made by another copy of this package. */
export function isIntegrationError(value: unknown): value is IntegrationError {
  return typeof value === "object" && value !== null && (value as { [brand]?: unknown })[brand] === true;
}

export interface ErrorDetails {
  /** Machine-readable; each kind has a default. */
  code?: string;
  /** Anything that helps a person; never a secret. */
  details?: JsonValue;
  /** The effect provably did not happen, so a `write` may be repeated. */
  notPerformed?: boolean;
  cause?: unknown;
}

const defaultCodes: Record<ErrorKind, string> = {
  invalid: "action_invalid",
  auth: "connection_invalid",
  rateLimited: "connection_rate_limited",
  retryable: "action_failed",
  terminal: "action_failed",
  timeout: "action_timed_out",
  cancelled: "action_cancelled",
  internal: "system_internal",
};

function createError(kind: ErrorKind, message: string, options: ErrorDetails & { retryAfterMs?: number } = {}) {
  const { code, details, notPerformed, retryAfterMs, cause } = options;
  const data: OperationError = { kind, code: code ?? defaultCodes[kind], message };
  if (details !== undefined) data.details = details;
  if (retryAfterMs !== undefined) data.retryAfterMs = Math.max(0, Math.round(retryAfterMs));
  if (notPerformed !== undefined) data.notPerformed = notPerformed;
  return new IntegrationError(data, cause === undefined ? undefined : { cause });
}

/**
 * Error constructors by kind. The kind decides what the engine does next; the message is read by the person who built
 * the scenario, so it says what happened and what to do.
 */
export const errors = {
  /** The input cannot work, now or later. Nothing was sent: `notPerformed` is true unless said otherwise. */
  invalid: (message: string, options: ErrorDetails = {}) =>
    createError("invalid", message, { notPerformed: true, ...options }),
  /** The service refused the credentials. Never retried. */
  auth: (message: string, options?: ErrorDetails) => createError("auth", message, options),
  /** The service asked to slow down; `retryAfterMs` where it said for how long. */
  rateLimited: (message: string, options?: ErrorDetails & { retryAfterMs?: number }) =>
    createError("rateLimited", message, options),
  /** May work the next time: an outage, a broken connection. */
  retryable: (message: string, options?: ErrorDetails) => createError("retryable", message, options),
  /** The service answered, and the answer will not change. */
  terminal: (message: string, options?: ErrorDetails) => createError("terminal", message, options),
  /** No answer in time; whether it happened is not known. */
  timeout: (message: string, options?: ErrorDetails) => createError("timeout", message, options),
  /** The run was stopped while the action was under way. */
  cancelled: (message: string, options?: ErrorDetails) => createError("cancelled", message, options),
} as const;

/** Turns whatever an action threw into the operation error to store. Redaction is the caller's business. */
export function toOperationError(thrown: unknown): OperationError {
  if (isIntegrationError(thrown)) return thrown.data;
  if (thrown instanceof z.core.$ZodError) return errors.invalid(z.prettifyError(thrown), { cause: thrown }).data;
  const name = readText(thrown, "name");
  if (name === "TimeoutError") return errors.timeout("The action took too long.").data;
  if (name === "AbortError") return errors.cancelled("The action was stopped.").data;
  const message = readText(thrown, "message") ?? String(thrown);
  return createError("internal", `The action failed unexpectedly: ${message}`).data;
}

function readText(value: unknown, key: "name" | "message"): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const text: unknown = Reflect.get(value, key);
  return typeof text === "string" ? text : undefined;
}
