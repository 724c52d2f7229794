import { errors, type IntegrationError } from "../errors.ts";
import { parseRetryAfter } from "./retryAfter.ts";

/** Failures before a connection stood, by the codes that Node and undici give: the request was never sent. */
const notConnectedCodes = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EAI_FAIL",
  "EAI_NODATA",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EHOSTDOWN",
  "EADDRNOTAVAIL",
  "UND_ERR_CONNECT_TIMEOUT",
  // The embedded deployment's guard gives this code to whatever else failed while connecting.
  "OUTBOUND_CONNECT_FAILED",
]);
const notConnectedMessage = /connection refused|dns error|failed to lookup|name or service not known|no route to host/i;

const certificateCode = /CERT|^ERR_TLS|^ERR_SSL|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER/;

/** What the deployment's outbound guard answers for an address it does not allow. */
const outboundRefused = /outbound[ _-]?(request )?(was )?(refused|blocked|denied|not allowed)/i;

interface Evidence {
  codes: string[];
  messages: string[];
}

/** Collects codes and messages from an error, its causes and its parts, three levels deep. */
function gather(thrown: unknown, evidence: Evidence = { codes: [], messages: [] }, depth = 0): Evidence {
  if (typeof thrown !== "object" || thrown === null || depth > 3) return evidence;
  const { code, message, cause, errors: parts } = thrown as Record<string, unknown>;
  if (typeof code === "string") evidence.codes.push(code);
  if (typeof message === "string") evidence.messages.push(message);
  gather(cause, evidence, depth + 1);
  if (Array.isArray(parts)) for (const part of parts) gather(part, evidence, depth + 1);
  return evidence;
}

/**
 * What a failed `fetch` means: above all, whether the request can have reached a server. After a redirect it has, so
 * `notPerformed` is never claimed then.
 */
export function toNetworkError(thrown: unknown, target: { host: string; redirected: boolean }): IntegrationError {
  const { host, redirected } = target;
  const { codes, messages } = gather(thrown);
  const reason = codes.at(-1) ?? messages.at(-1) ?? "no reason given";
  const unsent = redirected ? { cause: thrown } : { cause: thrown, notPerformed: true };
  const fate = redirected ? "The redirecting server had the request." : "Nothing was sent.";
  if ([...codes, ...messages].some((text) => outboundRefused.test(text))) {
    const isOwn = messages.some((text) => text.includes("own ports"));
    const remedy = isOwn ? "It is the deployment itself." : "Its operator can allow it (PATCHBAY_OUTBOUND_ALLOW).";
    return errors.terminal(`This deployment does not allow requests to ${host}. ${remedy}`, {
      code: "outbound_refused",
      ...unsent,
    });
  }
  if (codes.some((code) => certificateCode.test(code))) {
    return errors.terminal(`The certificate of ${host} cannot be trusted (${reason}). ${fate}`, {
      code: "certificate_invalid",
      ...unsent,
    });
  }
  if (codes.some((code) => notConnectedCodes.has(code)) || messages.some((text) => notConnectedMessage.test(text))) {
    return errors.retryable(`Could not connect to ${host} (${reason}). ${fate}`, {
      code: "connection_failed",
      ...unsent,
    });
  }
  if (messages.includes("bad port")) {
    return errors.terminal(`The port of ${host} is one that the Fetch standard forbids. ${fate}`, unsent);
  }
  return errors.retryable(`The connection to ${host} broke before the answer was complete (${reason}).`, {
    code: "connection_broken",
    cause: thrown,
  });
}

export interface FailedAnswer {
  host: string;
  status: number;
  headers: Record<string, string>;
  /** The body as text, for the details; shortened. */
  text: string | null;
  /** As in `HttpResponse`. */
  redirected: boolean;
}

/** Statuses that say what they mean, for messages; others are shown as a number only. */
const statusTexts: Record<number, string> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  408: "Request Timeout",
  409: "Conflict",
  410: "Gone",
  413: "Content Too Large",
  415: "Unsupported Media Type",
  422: "Unprocessable Content",
  429: "Too Many Requests",
  500: "Internal Server Error",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout",
};

const DETAIL_CHARACTERS = 2_000;

/**
 * The error for an answer with status 400 or above. `notPerformedStatuses` are those of which the service promises that
 * nothing happened; 429 always means that. Neither counts after a redirect, as another server had the request before.
 */
export function toStatusError(
  answer: FailedAnswer,
  options: { nowMs: number; notPerformedStatuses?: readonly number[] },
): IntegrationError {
  const { host, status, headers, text, redirected } = answer;
  const label = statusTexts[status] ? `${status} (${statusTexts[status]})` : String(status);
  const notPerformed = !redirected && (status === 429 || options.notPerformedStatuses?.includes(status) === true);
  const details = { status, ...(text ? { body: text.slice(0, DETAIL_CHARACTERS) } : {}) };
  const about = { details, ...(notPerformed && { notPerformed }) };
  const retryAfterMs = parseRetryAfter(headers["retry-after"], options.nowMs);
  if (status === 401 || status === 403) {
    return errors.auth(`${host} refused the credentials: it answered ${label}. Check the connection.`, about);
  }
  if (status === 408 || status === 425 || status === 429) {
    return errors.rateLimited(`${host} asked to try again later: it answered ${label}.`, { ...about, retryAfterMs });
  }
  if (status >= 500) return errors.retryable(`${host} failed: it answered ${label}.`, about);
  return errors.terminal(`${host} refused the request: it answered ${label}.`, about);
}
