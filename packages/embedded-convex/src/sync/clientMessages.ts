/** What clients say over the sync protocol (`protocol.ts` of `convex/browser` is the specification), checked. */
export type ClientMessage =
  | ConnectMessage
  | ModifyQuerySetMessage
  | AuthenticateMessage
  | CallMessage
  /** Measurements of the client, which nobody here looks at. */
  | { type: "Event" };

export interface ConnectMessage {
  type: "Connect";
  sessionId: string;
  /** The newest timestamp that the client has seen. */
  maxObservedTs: bigint | null;
  /** The client's clock, ms since 1970. */
  clientTs: number | null;
}

export interface ModifyQuerySetMessage {
  type: "ModifyQuerySet";
  baseVersion: number;
  newVersion: number;
  modifications: QuerySetModification[];
}

export type QuerySetModification =
  | { type: "Add"; queryId: number; udfPath: string; args: string; journal: string | null; componentPath: string }
  | { type: "Remove"; queryId: number };

export type AuthenticateMessage = { type: "Authenticate"; baseVersion: number } & (
  | { tokenType: "None" }
  | { tokenType: "User"; value: string }
  | { tokenType: "Admin"; value: string; impersonating: Record<string, unknown> | null }
);

export interface CallMessage {
  type: "Mutation" | "Action";
  requestId: number;
  udfPath: string;
  /** One object, as JSON text. */
  args: string;
  componentPath: string;
}

/** The client does not keep to the protocol. Its connection ends, and it is told why. */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";
}

type Json = Record<string, unknown>;

const MAX_U32 = 2 ** 32 - 1;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const MAX_PATH_LENGTH = 1000;

/** @throws ProtocolError */
export function parseClientMessage(text: string): ClientMessage {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    throw new ProtocolError("Received a message that is not valid JSON.");
  }
  if (!isObject(message)) throw new ProtocolError("Received a message that is no object.");
  switch (message.type) {
    case "Connect":
      return parseConnect(message);
    case "ModifyQuerySet":
      return parseModifyQuerySet(message);
    case "Authenticate":
      return parseAuthenticate(message);
    case "Mutation":
    case "Action":
      return { type: message.type, requestId: count(message, "requestId"), ...parseTarget(message) };
    case "Event":
      return { type: "Event" };
    default:
      throw new ProtocolError(`Unknown message type ${JSON.stringify(message.type)?.slice(0, 100)}`);
  }
}

function parseConnect(message: Json): ConnectMessage {
  const { sessionId, clientTs } = message;
  // The session's number makes mutations that are sent again known: it must not be guessed.
  if (typeof sessionId !== "string" || !UUID.test(sessionId)) throw new ProtocolError("Invalid session id.");
  return {
    type: "Connect",
    sessionId,
    maxObservedTs: parseTs(message.maxObservedTimestamp),
    clientTs: typeof clientTs === "number" ? clientTs : null,
  };
}

function parseTs(value: unknown): bigint | null {
  if (value === null || value === undefined) return null;
  const ts = typeof value === "string" ? decodeTs(value) : null;
  if (ts === null) throw new ProtocolError("Invalid timestamp.");
  return ts;
}

/** A timestamp as a little-endian u64 in base64; null for anything else. */
function decodeTs(text: string): bigint | null {
  const bytes = Buffer.from(text, "base64");
  return bytes.length === 8 ? bytes.readBigUInt64LE() : null;
}

function parseModifyQuerySet(message: Json): ModifyQuerySetMessage {
  const { modifications } = message;
  const [baseVersion, newVersion] = [count(message, "baseVersion"), count(message, "newVersion")];
  if (newVersion <= baseVersion) throw new ProtocolError("A new version must be greater than its base.");
  if (!Array.isArray(modifications)) throw new ProtocolError("A query set needs modifications.");
  return {
    type: "ModifyQuerySet",
    baseVersion,
    newVersion,
    modifications: modifications.map((modification: unknown) => parseModification(modification)),
  };
}

function parseModification(modification: unknown): QuerySetModification {
  if (!isObject(modification)) throw new ProtocolError("A modification must be an object.");
  const queryId = count(modification, "queryId");
  if (modification.type === "Remove") return { type: "Remove", queryId };
  if (modification.type !== "Add") throw new ProtocolError("A modification must be Add or Remove.");
  const { journal } = modification;
  return { type: "Add", queryId, journal: typeof journal === "string" ? journal : null, ...parseTarget(modification) };
}

function parseAuthenticate(message: Json): AuthenticateMessage {
  const baseVersion = count(message, "baseVersion");
  const { tokenType, value, impersonating } = message;
  if (tokenType === "None") return { type: "Authenticate", baseVersion, tokenType };
  if (typeof value !== "string") throw new ProtocolError("A token must be text.");
  if (tokenType === "User") return { type: "Authenticate", baseVersion, tokenType, value };
  if (tokenType !== "Admin") throw new ProtocolError("Unknown type of token.");
  return {
    type: "Authenticate",
    baseVersion,
    tokenType,
    value,
    impersonating: isObject(impersonating) ? impersonating : null,
  };
}

function parseTarget({ udfPath, args, componentPath }: Json): { udfPath: string; args: string; componentPath: string } {
  if (typeof udfPath !== "string" || udfPath.length > MAX_PATH_LENGTH)
    throw new ProtocolError("The path of a function must be text.");
  const component = componentPath ?? "";
  if (typeof component !== "string") throw new ProtocolError("The path of a component must be text.");
  if (!Array.isArray(args)) throw new ProtocolError("Arguments must be an array.");
  return { udfPath, args: JSON.stringify(args[0] ?? {}), componentPath: component };
}

function count(message: Json, field: string): number {
  const value = message[field];
  if (typeof value !== "number" || !Number.isInteger(value) || value < 0 || value > MAX_U32)
    throw new ProtocolError(`${field} must be a number of 32 bits.`);
  return value;
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
