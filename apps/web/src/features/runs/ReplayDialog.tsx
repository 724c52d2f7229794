"use client";

import { Button, Dialog, Field, Select, Switch } from "@patchbay/ui";
import { RotateCcw } from "lucide-react";
import { useState } from "react";
import { useVersions } from "@/features/versions/useVersions";
import { sourceLabel, type RunSource } from "./runFacts.ts";
import type { Replay, ReplaySource } from "./useRunActions.ts";

interface ReplayDialogProps {
  run: { id: string; scenarioId: string; source: RunSource; onlyNode?: number };
  /** Starts the replay; a toast tells how that went. */
  onReplay: (replay: Replay) => Promise<void>;
  onClose: () => void;
}

/** Asks on which version the run's data is to be executed again, and whether for real. */
export function ReplayDialog({ run, onReplay, onClose }: ReplayDialogProps) {
  const { rows, status, loadMore } = useVersions(run.scenarioId);
  const [source, setSource] = useState("original");
  const [isDry, setDry] = useState(false);
  const [readsToo, setReadsToo] = useState(false);
  const [isStarting, setStarting] = useState(false);
  const isAlone = run.onlyNode !== undefined;
  const start = async () => {
    setStarting(true);
    await onReplay({ source: toSource(source), dryRun: isDry ? (readsToo ? "simulateReads" : "performReads") : null });
    setStarting(false);
    onClose();
  };
  return (
    <Dialog
      open
      onOpenChange={(isOpen) => !isOpen && onClose()}
      title="Replay this run"
      description="A new run begins with the same data. The old one stays as it is."
      onSubmit={() => void start()}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="run" pending={isStarting}>
            <RotateCcw aria-hidden />
            {isDry ? "Start a dry run" : "Replay"}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-5">
        <Field label="On which version" htmlFor="replay-source">
          <Select
            id="replay-source"
            value={source}
            onValueChange={setSource}
            options={[
              { value: "original", label: `The one it ran on (${sourceLabel(run.source)})` },
              { value: "published", label: "The live version" },
              { value: "draft", label: "The draft" },
              ...rows.map(({ number, label }) => ({
                value: String(number),
                label: label ? `v${number}, ${label}` : `v${number}`,
              })),
            ]}
          />
        </Field>
        {status === "CanLoadMore" ? (
          <Button size="sm" variant="quiet" onClick={loadMore} className="-mt-3 self-start">
            Show older versions
          </Button>
        ) : null}
        {isAlone ? (
          <p className="text-sm text-ink-2">This run was one of node {run.onlyNode} alone; its replay is, too.</p>
        ) : (
          <DryRunChoice isDry={isDry} onDry={setDry} readsToo={readsToo} onReadsToo={setReadsToo} />
        )}
      </div>
    </Dialog>
  );
}

const named: readonly string[] = ["original", "published", "draft"];
const toSource = (value: string): ReplaySource =>
  named.includes(value) ? (value as "original" | "published" | "draft") : { version: Number(value) };

interface DryRunChoiceProps {
  isDry: boolean;
  onDry: (isDry: boolean) => void;
  readsToo: boolean;
  onReadsToo: (readsToo: boolean) => void;
}

function DryRunChoice({ isDry, onDry, readsToo, onReadsToo }: DryRunChoiceProps) {
  return (
    <div className="flex flex-col gap-3">
      <label className="flex items-start gap-3 text-sm">
        <Switch label="Dry run" checked={isDry} onCheckedChange={onDry} />
        <span>
          <span className="block font-medium">Dry run</span>
          <span className="text-ink-2">Nothing is changed outside: what would write is simulated and marked.</span>
        </span>
      </label>
      {isDry ? (
        <label className="flex items-start gap-3 text-sm">
          <Switch label="Simulate reading, too" checked={readsToo} onCheckedChange={onReadsToo} />
          <span>
            <span className="block font-medium">Simulate reading, too</span>
            <span className="text-ink-2">Otherwise what only reads is really performed.</span>
          </span>
        </label>
      ) : null}
    </div>
  );
}
