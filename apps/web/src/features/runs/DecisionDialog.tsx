"use client";

import { Button, Dialog, Notice } from "@patchbay/ui";
import { useState } from "react";
import { ChoiceList, type Choice } from "./ChoiceList.tsx";
import { EditedInput, OutputBox } from "./DecisionData.tsx";
import { changesOf, readOutput, toBoxes } from "./editedInput.ts";
import { namedNode } from "./nodeNames.ts";
import { sourceLabel } from "./runFacts.ts";
import type { RunDetail } from "./runModel.ts";
import { useDecisions, type VersionChoice } from "./useDecisions.ts";

type Way = "again" | "edited" | "done" | "original" | "published";

const submitWords: Record<Way, string> = {
  again: "Retry",
  edited: "Retry with this data",
  done: "Go on with this output",
  original: "Begin anew",
  published: "Begin anew",
};

/** What a person can decide about an incomplete run: how it goes on, with which data, on which version. */
export function DecisionDialog({ run, onClose }: { run: RunDetail; onClose: () => void }) {
  const { decide, problem, versions } = useDecisions(run);
  const isUnknown = run.stopped?.reason === "unknown";
  const [way, setWay] = useState<Way | null>(isUnknown ? null : "again");
  const stopped = run.operations.findLast(
    (operation) =>
      operation.nodeId === run.stopped?.nodeId &&
      operation.bundlePath === run.stopped.bundlePath &&
      operation.state !== "skipped",
  );
  const [boxes, setBoxes] = useState(() => toBoxes(run, stopped));
  const [output, setOutput] = useState("{}");
  const name = run.stopped ? namedNode(run.definition, run.stopped.nodeId).name : "the operation";
  const changes = changesOf(boxes);
  const given = readOutput(output);
  const isReady =
    way !== null && (way !== "edited" || (changes.ok && changes.count > 0)) && (way !== "done" || given.ok);
  const submit = async () => {
    if (way === null || !isReady) return;
    const done = await decide(way, { changes: changes.ok ? changes.json : "{}", output });
    if (done) onClose();
  };
  return (
    <Dialog
      open
      width="lg"
      onOpenChange={(isOpen) => !isOpen && onClose()}
      title={isUnknown ? `Was “${name}” carried out?` : `Retry from “${name}”`}
      description={
        isUnknown
          ? "Look on the other side first. Nothing is sent until you decide."
          : "Everything before it is done and stays done, unless you begin anew."
      }
      onSubmit={() => void submit()}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="run" disabled={!isReady}>
            {way === null ? "Decide" : submitWords[way]}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <ChoiceList label="How it goes on" choices={choicesFor(run, versions)} value={way} onChange={setWay} />
        {way === "edited" ? <EditedInput boxes={boxes} onChange={setBoxes} /> : null}
        {way === "done" ? (
          <OutputBox value={output} onChange={setOutput} error={given.ok ? undefined : given.message} />
        ) : null}
        {problem === null ? null : (
          <Notice tone="bad" title="It was not accepted">
            {problem}
          </Notice>
        )}
      </div>
    </Dialog>
  );
}

function choicesFor(run: RunDetail, versions: VersionChoice | undefined): Choice<Way>[] {
  const isUnknown = run.stopped?.reason === "unknown";
  const own = sourceLabel(run.source);
  const done: Choice<Way> = {
    value: "done",
    label: isUnknown ? "It was done: go on with this output" : "Count it as done, with an output of mine",
    description: "Nothing is sent. Later nodes read the output that you give.",
  };
  const again: Choice<Way>[] = [
    {
      value: "again",
      label: isUnknown ? "Perform it again" : `From where it stopped, on ${own}`,
      description: isUnknown ? "If the first one arrived, it happens twice." : "With the data that it has.",
    },
    {
      value: "edited",
      label: isUnknown ? "Perform it again with edited data" : `From where it stopped, with edited data`,
      description: "You change what the node is given; what you changed is noted.",
    },
  ];
  return [...(isUnknown ? [done, ...again] : [...again, done]), ...fromTheStart(own, versions)];
}

function fromTheStart(own: string, versions: VersionChoice | undefined): Choice<Way>[] {
  const repeats = "A new run with the same event; what this one did is done again. This one is discarded.";
  const original: Choice<Way> = { value: "original", label: `From the start, on ${own}`, description: repeats };
  const published = versions?.published;
  if (!published || published.isSame) return [original];
  const node = published.hasNode ? "" : " It no longer has the node at which this run stopped.";
  const description = `Against ${own}: ${published.difference}.${node} ${repeats}`;
  return [
    original,
    { value: "published", label: `From the start, on the live version v${published.number}`, description },
  ];
}
