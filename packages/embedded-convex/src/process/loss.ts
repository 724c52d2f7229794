import { liveLabel, type LiveRequest } from "../sync/liveQueries.ts";
import { RemoteError } from "./rpc.ts";

/** What a transactor was doing when it had to be ended. */
export interface TransactorLoss {
  /** The label of the call that ran, if one did. */
  guilty: string | null;
  /** It died while it committed or answered: whether the last batch was applied is unknown. */
  committing: boolean;
}

/** Operations that change data without a number by which a repetition would be noticed. */
const WRITES = new Set(["mutation", "schedule", "cancelJob", "storageAdd", "storageRemove", "transferInsert"]);

/**
 * Whether a call that was waiting may be sent to the next transactor. The open batch was rolled back, so innocent calls may; the
 * culprit must not, and after a death in the middle of a commit no write may that could be applied twice.
 */
export function retryAfterLoss(loss: TransactorLoss, op: string, arg: unknown): true | Error {
  const { callId, sessionRequest, request } = (arg ?? {}) as {
    callId?: string;
    sessionRequest?: unknown;
    request?: LiveRequest;
  };
  const label = op === "subscribe" && request !== undefined ? liveLabel(request) : `call ${callId}`;
  if (loss.guilty === label) {
    return new RemoteError("Function execution timed out or ran out of memory; it was ended and rolled back.");
  }
  const deduplicated = sessionRequest !== undefined && sessionRequest !== null;
  if (loss.committing && WRITES.has(op) && !deduplicated) {
    return new RemoteError("The deployment was interrupted; it is unknown whether this mutation was applied.", true);
  }
  return true;
}
