"use client";

import { remedyOf, type OperationError } from "@patchbay/core";
import { formatDuration, JsonTree } from "@patchbay/ui";

const kindWords: Record<OperationError["kind"], string> = {
  invalid: "The node's settings or data are not acceptable. Change them; repeating would fail again.",
  auth: "The service refused the credentials. Check the node's connection.",
  rateLimited: "The service asks for fewer requests.",
  retryable: "The service could not answer for now; trying again may work.",
  terminal: "The service refused, and repeating would not help.",
  timeout: "No answer came in time.",
  cancelled: "Nothing went wrong in this operation itself.",
  internal: "Patchbay itself failed here; the server's log says more.",
};

interface OperationErrorViewProps {
  error: OperationError;
  /** Which route took the error and what came of it, in words. */
  outcome?: string | null;
}

/** What went wrong in an operation, what kind of failure that is, and what the service said. */
export function OperationErrorView({ error, outcome = null }: OperationErrorViewProps) {
  const remedy = remedyOf(error.code);
  return (
    <div className="p-4">
      <p className="text-sm font-medium break-words text-bad">{error.message}</p>
      <p className="mt-1.5 text-sm text-ink-2">{remedy ?? kindWords[error.kind]}</p>
      {outcome === null ? null : <p className="mt-1.5 text-sm text-ink-2">{outcome}</p>}
      <dl className="mt-3 grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 text-xs">
        <dt className="text-ink-3">Kind</dt>
        <dd className="font-mono">{error.kind}</dd>
        <dt className="text-ink-3">Code</dt>
        <dd className="font-mono">{error.code}</dd>
        {error.retryAfterMs === undefined ? null : (
          <>
            <dt className="text-ink-3">Retry after</dt>
            <dd className="font-mono">{formatDuration(error.retryAfterMs)}</dd>
          </>
        )}
        {error.notPerformed === undefined ? null : (
          <>
            <dt className="text-ink-3">Performed</dt>
            <dd>{error.notPerformed ? "No, certainly not" : "Perhaps"}</dd>
          </>
        )}
      </dl>
      {error.details === undefined ? null : (
        <div className="-mx-4 mt-3 border-t border-line pt-2">
          <JsonTree label="Details" value={error.details} />
        </div>
      )}
    </div>
  );
}
