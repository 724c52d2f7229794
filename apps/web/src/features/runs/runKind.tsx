"use client";

import { Badge, Notice } from "@patchbay/ui";
import { FlaskConical, Focus } from "lucide-react";
import type { Operation, RunDetail } from "./runModel.ts";

type Kind = Pick<RunDetail, "dryRun" | "onlyNode">;

/** That a run is not one like others: a dry run, or one of a single node. */
export function RunKindBadge({ run }: { run: Kind }) {
  if (run.dryRun) return <Badge tone="warn">Dry run</Badge>;
  if (run.onlyNode !== undefined) return <Badge tone="outline">Only node {run.onlyNode}</Badge>;
  return null;
}

/** Why there is nothing to see in a run whose data is gone. */
export function DeletedDataNotice({ run }: { run: Pick<RunDetail, "dataDeletedAt"> }) {
  if (run.dataDeletedAt === undefined) return null;
  return (
    <div className="shrink-0 border-b border-line-2 px-4 py-2">
      <Notice title="This run’s data is not kept">
        Only its row is left: by a rule for how long runs are kept, or because somebody deleted its data.
      </Notice>
    </div>
  );
}

/** Says over the whole run page what of the run is not real. */
export function RunKindNotice({ run }: { run: Pick<RunDetail, "dryRun" | "onlyNode" | "operations"> }) {
  if (run.dryRun) {
    const simulated = run.operations.filter((operation) => operation.simulated).length;
    return (
      <div className="shrink-0 border-b border-line-2 px-4 py-2">
        <Notice tone="warn" icon={<FlaskConical aria-hidden />} title="A dry run: nothing was changed outside">
          {simulated === 1 ? "1 operation was" : `${simulated} operations were`} simulated and marked so.{" "}
          {run.dryRun === "performReads" ? "What only reads was really performed." : "Nothing was read outside either."}
        </Notice>
      </div>
    );
  }
  if (run.onlyNode === undefined) return null;
  return (
    <div className="shrink-0 border-b border-line-2 px-4 py-2">
      <Notice icon={<Focus aria-hidden />} title={`Only node ${run.onlyNode} was run`}>
        It really ran, on bundles that were chosen in the editor. No other node did.
      </Notice>
    </div>
  );
}

const simulatedWords: Record<NonNullable<Operation["simulated"]>, string> = {
  lastOutput: "It was not performed. This is what the node gave in its last real run.",
  example: "It was not performed. This is the example that the app gives for it.",
  shape: "It was not performed. These values are made up, in the shape that the app says it has.",
  nothing: "It was not performed, and nothing is known of what it gives: run it once for real to have a sample.",
  wait: "It did not wait.",
  response: "Nobody was answered.",
};

/** What an operation of a dry run did instead of the real thing. */
export function SimulatedNotice({ operation }: { operation: Pick<Operation, "simulated"> }) {
  if (!operation.simulated) return null;
  return (
    <div className="shrink-0 px-4 pb-3">
      <Notice tone="warn" icon={<FlaskConical aria-hidden />} title="Simulated">
        {simulatedWords[operation.simulated]}
      </Notice>
    </div>
  );
}
