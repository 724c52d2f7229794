/** What the server says over the sync protocol; `protocol.ts` of `convex/browser` is the specification. */
import { errorMessage, type Viewer, visibleLogs } from "../functions/disclosure.ts";
import type { LiveResult } from "./liveQueries.ts";

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

export interface TransitionParts {
  start: StateVersion;
  end: StateVersion;
  modifications: string[];
  /** How far the client's clock is ahead, ms; it plans by it when to fetch the next token. */
  clientClockSkew: number | null;
}

export function encodeTransition({ start, end, modifications, clientClockSkew }: TransitionParts): string {
  const skew = clientClockSkew === null ? "" : `,"clientClockSkew":${clientClockSkew}`;
  return `{"type":"Transition","startVersion":${version(start)},"endVersion":${version(end)},"modifications":[${modifications.join(",")}]${skew}}`;
}

function version({ querySet, identity, ts }: StateVersion): string {
  return `{"querySet":${querySet},"identity":${identity},"ts":"${encodeTs(ts)}"}`;
}

/** A transition that is too long for one message, as messages that the client puts together again. */
export function* encodeChunks(transition: string, options: { id: string; length: number }): Generator<string> {
  const { id, length } = options;
  const total = Math.ceil(transition.length / length);
  for (let part = 0; part < total; part++) {
    const chunk = JSON.stringify(transition.slice(part * length, (part + 1) * length));
    yield `{"type":"TransitionChunk","chunk":${chunk},"partNumber":${part},"totalParts":${total},"transitionId":"${id}"}`;
  }
}

const SYNC_PATH = /^\/api\/(?:([^/]+)\/)?sync$/;
/** The first release of the npm client that puts chunks together. */
const FIRST_WITH_CHUNKS = [1, 28];

/** What a client can do, by the version in the URL of its socket; null for other URLs. Clients of any version are served. */
export function clientOf(url: string): { takesChunks: boolean } | null {
  const found = SYNC_PATH.exec(url.split("?")[0]!);
  if (found === null) return null;
  const [, major, minor] = /^(?:npm-)?(\d+)\.(\d+)\./.exec(found[1] ?? "") ?? [];
  const [firstMajor, firstMinor] = FIRST_WITH_CHUNKS as [number, number];
  const isNewer = Number(major) > firstMajor || (Number(major) === firstMajor && Number(minor) >= firstMinor);
  return { takesChunks: major !== undefined && isNewer };
}
