import type { Activity } from "./heartbeat.ts";
import { liveLabel, type LiveRequest } from "../sync/liveQueries.ts";
import { RemoteError } from "./rpc.ts";

/** What a transactor was doing when it had to be ended. */
export interface TransactorLoss {
  /** The label of the call that ran, if one did. */
  guilty: string | null;
  /** It died while it committed or answered: whether the last batch was applied is unknown. */
  committing: boolean;
  /** It fell to code that one of several calls has left behind, or perhaps did: the next one must be careful to find out which. */
  unclear: boolean;
}

/** How long a transactor is careful: in this time the calls that were under way are sent again, and live queries are run again. */
export const CAREFUL_MS = 60_000;

/**
 * What a transactor that has ended was doing. One that ended between two calls fell to code that a call had left behind. If one call
 * has run since the thread came to turn its event loop, it was that one; of several, any. None of them is blamed then, and all are
 * sent again: a careful transactor does not leave a call before it has seen a turn, so the culprit is caught in the act. If that one
 * falls between two calls as well, the latest is the likeliest: were nobody blamed for ever, each would fall to the next.
 */
export function lossOf({ phase, label, calls }: Activity, wasCareful: boolean): TransactorLoss {
  const committing = phase === "committing" || phase === "answering";
  const isKnown = phase === "running" || calls <= 1 || wasCareful;
  const guilty = committing || label === "" || !isKnown ? null : label;
  return { guilty, committing, unclear: guilty === null && label !== "" };
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
