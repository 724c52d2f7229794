import { randomBytes } from "node:crypto";

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

export function newRequestId(): string {
  return randomBytes(8).toString("hex");
}

/** A request of its own, for example of a job. */
export function newRequest(from: Partial<Omit<RequestInfo, "requestId">> = {}): RequestInfo {
  const nobody = { ip: null, userAgent: null, authToken: null, scheduledFunctionId: null };
  return { requestId: newRequestId(), ...nobody, ...from };
}
