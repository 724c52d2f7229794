import type { CallFailure } from "./results.ts";

/**
 * How much callers learn of what went wrong inside functions. As on Convex's production deployments, only the id of the request,
 * by which the operator finds the rest in the log; the data of a `ConvexError` always passes, it was thrown for the caller.
 * Administrators see everything, and so does everybody where the operator says so (as on development deployments).
 */
export interface Viewer {
  /** Whether messages, stacks and log lines are for this caller. */
  seesErrors: boolean;
}

/** The message of a failed function, in the form of Convex. */
export function errorMessage(error: string, requestId: string, { seesErrors }: Viewer): string {
  const head = `[Request ID: ${requestId}] Server Error`;
  return seesErrors ? `${head}\n${error}` : head;
}

/** The log lines of a function, for its caller. */
export function visibleLogs(logs: string[], { seesErrors }: Viewer): string[] {
  return seesErrors ? logs : [];
}

/** The body of the answer 500 of a failed HTTP action. */
export function httpActionError(
  failure: Pick<CallFailure, "error" | "data">,
  requestId: string,
  viewer: Viewer,
): string {
  const head = `[Request ID: ${requestId}] Server Error`;
  const [message = ""] = failure.error.split("\n", 1);
  return JSON.stringify({
    code: viewer.seesErrors ? `${head}: ${message}` : head,
    ...(viewer.seesErrors ? { trace: failure.error } : {}),
    ...(failure.data === undefined ? {} : { data: JSON.parse(failure.data) as unknown }),
  });
}
