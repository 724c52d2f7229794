import { errorMessage, type Viewer, visibleLogs } from "../functions/disclosure.ts";
import type { LiveResult } from "./liveQueries.ts";

/** The sync protocol of `convex/browser`, as far as a server needs it (its `protocol.ts` is the specification). */
export type ClientMessage =
  | { type: "Connect"; sessionId: string; connectionCount: number; maxObservedTimestamp?: string | null }
  | { type: "ModifyQuerySet"; baseVersion: number; newVersion: number; modifications: QuerySetModification[] }
  | { type: "Mutation"; requestId: number; udfPath: string; args: unknown[]; componentPath?: string }
  | { type: "Action"; requestId: number; udfPath: string; args: unknown[]; componentPath?: string }
  | { type: "Authenticate"; baseVersion: number; tokenType: "None" }
  | { type: "Authenticate"; baseVersion: number; tokenType: "User"; value: string }
  | {
      type: "Authenticate";
      baseVersion: number;
      tokenType: "Admin";
      value: string;
      impersonating?: Record<string, unknown>;
    }
  | { type: "Event" };

export type QuerySetModification =
  | { type: "Add"; queryId: number; udfPath: string; args: unknown[]; journal?: string | null; componentPath?: string }
  | { type: "Remove"; queryId: number };

export interface StateVersion {
  querySet: number;
  identity: number;
  ts: bigint;
}

/** A timestamp as a little-endian u64 in base64. */
export function encodeTs(ts: bigint): string {
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeBigUInt64LE(ts);
  return bytes.toString("base64");
}

/** The opposite of `encodeTs`; null for anything else. */
export function decodeTs(text: string): bigint | null {
  const bytes = Buffer.from(text, "base64");
  return bytes.length === 8 ? bytes.readBigUInt64LE() : null;
}

/** A parsed client message, or null if it is none. Only what every message has is checked here. */
export function parseClientMessage(text: string): ClientMessage | null {
  try {
    const message = JSON.parse(text) as ClientMessage;
    return typeof message === "object" && message !== null && typeof message.type === "string" ? message : null;
  } catch {
    return null;
  }
}

/** One modification of a Transition. Results are JSON text already and are not encoded again. */
export function encodeResult(queryId: number, result: LiveResult, viewer: Viewer): string {
  const logs = JSON.stringify(visibleLogs(result.logs, viewer));
  const journal = JSON.stringify(result.journal);
  if (result.ok)
    return `{"type":"QueryUpdated","queryId":${queryId},"value":${result.value},"logLines":${logs},"journal":${journal}}`;
  const data = result.data === null ? "" : `"errorData":${result.data},`;
  const message = JSON.stringify(errorMessage(result.value, result.requestId, viewer));
  return `{"type":"QueryFailed","queryId":${queryId},"errorMessage":${message},${data}"logLines":${logs},"journal":${journal}}`;
}

export function encodeTransition(start: StateVersion, end: StateVersion, modifications: string[]): string {
  return `{"type":"Transition","startVersion":${version(start)},"endVersion":${version(end)},"modifications":[${modifications.join(",")}]}`;
}

function version({ querySet, identity, ts }: StateVersion): string {
  return `{"querySet":${querySet},"identity":${identity},"ts":"${encodeTs(ts)}"}`;
}
