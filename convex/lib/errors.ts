import { ConvexError, type Value } from "convex/values";

/**
 * The closed list of what a public function or the HTTP API may refuse, with the HTTP status of each. Expected outcomes
 * that a caller goes on from (a stale revision in the editor, say) are returned as unions instead.
 */
export const errorStatuses = {
  malformed: 400,
  unauthenticated: 401,
  invalid_credentials: 401,
  forbidden: 403,
  sign_up_closed: 403,
  not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  limit_reached: 409,
  too_large: 413,
  invalid: 422,
  rate_limited: 429,
  internal: 500,
  misconfigured: 500,
  unavailable: 503,
} as const;

export type ErrorCode = keyof typeof errorStatuses;

/** What `ConvexError.data` holds in every error that this backend throws on purpose. `message` is for a person. */
export type AppErrorData = { code: ErrorCode; message: string; details?: Value };

/** Makes the one kind of error that callers get to see; anything else reaches them as "Server Error". */
export function appError(code: ErrorCode, message: string, details?: Value): ConvexError<AppErrorData> {
  return new ConvexError(details === undefined ? { code, message } : { code, message, details });
}

/** Missing, another organization's and unreadable ids all answer with this, word for word. */
export function notFound(what: string): ConvexError<AppErrorData> {
  return appError("not_found", `There is no such ${what}.`);
}

/**
 * The data of an error made by `appError`, or null. Recognised by its data, never by `instanceof`: errors cross
 * function calls and JavaScript contexts.
 */
export function readAppError(error: unknown): AppErrorData | null {
  if (typeof error !== "object" || error === null || !("data" in error)) return null;
  const data = parseData(error.data);
  if (typeof data !== "object" || data === null) return null;
  const { code, message, details } = data as Partial<AppErrorData>;
  if (typeof code !== "string" || !Object.hasOwn(errorStatuses, code) || typeof message !== "string") return null;
  return { code, message, details };
}

/** Older hosts hand an error's data across calls as JSON text. */
function parseData(data: unknown): unknown {
  if (typeof data !== "string") return data;
  try {
    return JSON.parse(data);
  } catch {
    return null;
  }
}
