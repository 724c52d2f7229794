import { z } from "zod";

/** What kind of failure an operation met; decides whether and when it is tried again (design 02, Errors). */
export const errorKinds = [
  "invalid",
  "auth",
  "rateLimited",
  "retryable",
  "terminal",
  "timeout",
  "cancelled",
  "internal",
] as const;
export type ErrorKind = (typeof errorKinds)[number];

export const operationErrorSchema = z.object({
  kind: z.enum(errorKinds),
  /** Machine-readable: `action_failed`, `action_timed_out`, `connection_invalid`, `formula_failed` ... */
  code: z.string(),
  /** For a person: what happened, and what to do where that is known. Never holds a secret. */
  message: z.string(),
  details: z.json().optional(),
  /** For `rateLimited`: how long the service asked to wait. */
  retryAfterMs: z.number().nonnegative().optional(),
  /**
   * Whether the effect provably did not happen (refused, DNS, 429). A `write` that failed without this being `true` is
   * not repeated.
   */
  notPerformed: z.boolean().optional(),
});
export type OperationError = z.infer<typeof operationErrorSchema>;
