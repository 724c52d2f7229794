import type { Effect, OperationError, RetryPolicy } from "@patchbay/core";

/** What to do about a failed attempt. */
export type Verdict = { kind: "retry"; delayMs: number } | { kind: "unknown" } | { kind: "fail" };

export interface FailedAttempt {
  effect: Effect;
  whenUnknown: "ask" | "repeat";
  policy: RetryPolicy;
  /** Attempts made that count against the policy, this one included. */
  attemptsMade: number;
  error: OperationError;
  /** In [0, 1). */
  random: number;
}

/** Where a service asked to slow down and named no time. */
const DEFAULT_RETRY_AFTER_MS = 60_000;
const MAX_RETRY_AFTER_MS = 86_400_000;

const retryableKinds: ReadonlySet<OperationError["kind"]> = new Set(["retryable", "rateLimited", "timeout"]);
/** Failures after which nobody knows whether the effect happened, unless the error says that it did not. */
const uncertainKinds: ReadonlySet<OperationError["kind"]> = new Set(["retryable", "timeout", "cancelled", "internal"]);

/**
 * Decides by effect, kind of error and policy. A `write` is repeated only when it was provably not performed or its node
 * allows repeating; one whose outcome is uncertain is `unknown`, and a person decides.
 */
export function judge(failed: FailedAttempt): Verdict {
  const { effect, error } = failed;
  const mayRepeat = effect !== "write" || error.notPerformed === true;
  if (!mayRepeat && failed.whenUnknown === "ask") {
    return uncertainKinds.has(error.kind) && !isAnswer(error) ? { kind: "unknown" } : { kind: "fail" };
  }
  if (!retryableKinds.has(error.kind) || failed.attemptsMade >= failed.policy.attempts) return { kind: "fail" };
  return { kind: "retry", delayMs: retryDelay(failed) };
}

/** The service answered, with a status that integrations keep in the details: the result is bad, but not lost. */
function isAnswer({ details }: OperationError): boolean {
  return (
    typeof details === "object" && details !== null && !Array.isArray(details) && typeof details.status === "number"
  );
}

/** Exponential from the second attempt on, between half and the whole of it; or as long as the service asked for. */
function retryDelay({ error, policy, attemptsMade, random }: FailedAttempt): number {
  if (error.kind === "rateLimited" || error.retryAfterMs !== undefined) {
    return Math.min(error.retryAfterMs ?? DEFAULT_RETRY_AFTER_MS, MAX_RETRY_AFTER_MS);
  }
  const full = Math.min(policy.initialDelayMs * 2 ** (attemptsMade - 1), policy.maxDelayMs);
  return Math.round(full * (0.5 + random / 2));
}
