/** The `code` of requests to places that functions may not reach. */
export const OUTBOUND_REFUSED = "OUTBOUND_REFUSED";

/** The `code` of connections that failed before they stood, for reasons that do not say so themselves. */
export const OUTBOUND_CONNECT_FAILED = "OUTBOUND_CONNECT_FAILED";

/** Codes that only ever come from connecting, so that they can be passed on as they are. */
const CONNECT_CODES: ReadonlySet<unknown> = new Set([
  OUTBOUND_REFUSED,
  OUTBOUND_CONNECT_FAILED,
  "ECONNREFUSED",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EAI_AGAIN",
  "UND_ERR_CONNECT_TIMEOUT",
]);

/** A request was refused before anything was sent. */
export class OutboundRefusedError extends Error {
  readonly code = OUTBOUND_REFUSED;
  readonly host: string;
  readonly port: number;

  constructor({ host, port, isOwnPort }: { host: string; port: number; isOwnPort: boolean }) {
    const target = host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
    super(
      isOwnPort
        ? `Request to ${target} refused: functions may not call the deployment's own ports`
        : `Request to ${target} refused: it is not a public address. The operator can allow it with --allow-outbound ${target}`,
    );
    this.name = "OutboundRefusedError";
    this.host = host;
    this.port = port;
  }
}

/** Is this a refusal? Recognised by its code, so also across realms and workers. */
export function isOutboundRefused(error: unknown): error is OutboundRefusedError {
  return typeof error === "object" && error !== null && (error as { code?: unknown }).code === OUTBOUND_REFUSED;
}

/**
 * Makes the code of a connection error say that nothing was sent. A reset, for example, happens while connecting and after
 * sending alike: while connecting it becomes OUTBOUND_CONNECT_FAILED, with the original as its cause.
 */
export function connectError(error: Error): Error {
  const code = (error as { code?: unknown }).code;
  // With several addresses Node gives an AggregateError that has the code of the first.
  if (CONNECT_CODES.has(code)) return error;
  return Object.assign(new Error(error.message, { cause: error }), { code: OUTBOUND_CONNECT_FAILED });
}
