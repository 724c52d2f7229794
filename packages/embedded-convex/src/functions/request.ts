import { randomFillSync } from "node:crypto";

/**
 * The request that a function runs for, in the shape of `getRequestMetadata`. Functions that it calls run for the same one, and
 * everything that is logged about them carries its id.
 */
export interface RequestInfo {
  /** 16 hexadecimal digits; what a caller is told of an error, and what the operator finds it by. */
  requestId: string;
  /** Of the connection, or as a trusted proxy says; null where nobody has called. */
  ip: string | null;
  userAgent: string | null;
  /** The token that the caller has proved its identity with. */
  authToken: string | null;
  /** The job that this belongs to. */
  scheduledFunctionId: string | null;
}

const ID_BYTES = 8;
/** Random bytes for many ids at once: to ask for them takes longer than to make them. */
const pool = Buffer.alloc(ID_BYTES * 512);
let used = pool.length;

export function newRequestId(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += ID_BYTES;
  return pool.toString("hex", used - ID_BYTES, used);
}

/** A request of its own, for example of a job. */
export function newRequest(from: Partial<Omit<RequestInfo, "requestId">> = {}): RequestInfo {
  const nobody = { ip: null, userAgent: null, authToken: null, scheduledFunctionId: null };
  return { requestId: newRequestId(), ...nobody, ...from };
}
