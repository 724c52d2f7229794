/** What the backend's deliberate errors carry (`convex/lib/errors.ts`). */
export interface AppErrorData {
  code: string;
  message: string;
  details?: unknown;
}

/** The data of an error that the backend threw on purpose, or null. Recognised by shape, not by `instanceof`. */
export function readAppError(error: unknown): AppErrorData | null {
  if (typeof error !== "object" || error === null || !("data" in error)) return null;
  const { data } = error;
  if (typeof data !== "object" || data === null) return null;
  const { code, message, details } = data as Partial<AppErrorData>;
  return typeof code === "string" && typeof message === "string" ? { code, message, details } : null;
}

/** An error in words: the backend's own where it has any, else what can truthfully be said. */
export function messageOf(error: unknown): string {
  const known = readAppError(error);
  if (known) return known.message;
  if (error instanceof TypeError && /fetch|network/i.test(error.message)) {
    return "The server cannot be reached. Check the connection and try again.";
  }
  return "Something went wrong on the server. Nothing was changed; try again, and look at the server's log if it happens again.";
}
