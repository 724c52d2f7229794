/** A server that asks for longer than a day is not waited for longer than that. */
const MAX_RETRY_AFTER_MS = 86_400_000;

/**
 * Milliseconds to wait by a `Retry-After` header: seconds or an HTTP date (RFC 9110, 10.2.3); undefined where it says
 * nothing usable.
 */
export function parseRetryAfter(header: string | null | undefined, nowMs: number): number | undefined {
  const text = header?.trim();
  if (!text) return undefined;
  // A date names its weekday or month; what `Date.parse` makes of bare numbers is no date.
  const waitMs = /^\d+(\.\d+)?$/.test(text)
    ? Number(text) * 1_000
    : /[a-z]/i.test(text)
      ? Date.parse(text) - nowMs
      : NaN;
  if (!Number.isFinite(waitMs)) return undefined;
  return Math.min(Math.max(0, Math.ceil(waitMs)), MAX_RETRY_AFTER_MS);
}
