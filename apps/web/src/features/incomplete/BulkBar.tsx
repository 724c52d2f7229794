"use client";

import { Button, Checkbox, Dialog, Select } from "@patchbay/ui";
import { useState } from "react";
import { useBulk, type BulkAct, type BulkRequest, type IncompleteFilter } from "./useIncomplete.ts";

interface BulkBarProps {
  /** Ids of chosen runs; with none, an act is about all that match the filter. */
  chosen: readonly string[];
  filter: IncompleteFilter;
  /** How many match it. */
  matching: number;
  onDone: () => void;
}

const acts: readonly { act: BulkAct; label: string }[] = [
  { act: "retry", label: "Retry" },
  { act: "restart", label: "Begin anew" },
  { act: "discard", label: "Discard" },
];

/** What can be decided about many runs: the chosen ones, or all of the filter. */
export function BulkBar({ chosen, filter, matching, onDone }: BulkBarProps) {
  const [act, setAct] = useState<BulkAct | null>(null);
  const about = chosen.length > 0 ? `${chosen.length} chosen` : `All ${matching} that match`;
  return (
    <div className="flex flex-wrap items-center gap-3 border-b border-line px-5 py-2">
      <span className="text-sm text-ink-2 tabular-nums">{about}</span>
      <span className="flex flex-wrap gap-2">
        {acts.map(({ act: each, label }) => (
          <Button key={each} size="sm" onClick={() => setAct(each)}>
            {chosen.length > 0 ? label : `${label} all`}
          </Button>
        ))}
      </span>
      {act === null ? null : (
        <BulkDialog
          act={act}
          count={chosen.length > 0 ? chosen.length : matching}
          selection={chosen.length > 0 ? { runIds: [...chosen] } : { filter }}
          onClose={() => setAct(null)}
          onDone={onDone}
        />
      )}
    </div>
  );
}

interface BulkDialogProps {
  act: BulkAct;
  count: number;
  selection: Pick<BulkRequest, "runIds" | "filter">;
  onClose: () => void;
  onDone: () => void;
}

const words: Record<BulkAct, { title: string; description: string; submit: string }> = {
  retry: {
    title: "Retry them from where they stopped?",
    description: "Each goes on with the operation that failed, on the version that it is pinned to.",
    submit: "Retry",
  },
  restart: {
    title: "Begin them anew?",
    description:
      "New runs start with the same events, and what the old ones did is done again. The old ones are discarded.",
    submit: "Begin anew",
  },
  discard: {
    title: "Discard them?",
    description:
      "They end as stopped and cannot be retried any more. What they have done stays done; each can still be replayed.",
    submit: "Discard",
  },
  cancel: { title: "Stop them?", description: "They end before their next operation.", submit: "Stop" },
};

function BulkDialog({ act, count, selection, onClose, onDone }: BulkDialogProps) {
  const bulk = useBulk();
  const [again, setAgain] = useState(false);
  const [source, setSource] = useState<BulkRequest["source"]>("original");
  const { title, description, submit } = words[act];
  const start = async () => {
    if (!(await bulk.start({ act, ...selection, unknown: again ? "again" : "skip", source }))) return;
    onDone();
    onClose();
  };
  return (
    <Dialog
      open
      onOpenChange={(isOpen) => !isOpen && onClose()}
      title={title}
      description={`${count} ${count === 1 ? "run" : "runs"}. ${description}`}
      onSubmit={() => void start()}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant={act === "discard" ? "danger" : "run"}>
            {submit}
          </Button>
        </>
      }
    >
      {act === "retry" ? (
        <label className="flex items-start gap-2.5 text-sm">
          <span className="mt-0.5">
            <Checkbox checked={again} onCheckedChange={setAgain} label="Perform uncertain operations again" />
          </span>
          <span>
            Also perform operations again of which nobody knows whether they were carried out.
            <span className="block text-xs text-ink-2">
              They may then happen twice. Otherwise these runs are left as they are and listed.
            </span>
          </span>
        </label>
      ) : act === "restart" ? (
        <Select
          aria-label="On which version"
          value={source}
          onValueChange={setSource}
          options={[
            { value: "original", label: "On the version that each ran on" },
            { value: "published", label: "On the live version" },
          ]}
        />
      ) : null}
    </Dialog>
  );
}
