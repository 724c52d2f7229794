"use client";

import { Button, cx, RelativeTime } from "@patchbay/ui";
import { CircleAlert, CircleCheck, Info, TriangleAlert } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import { useCan } from "@/features/shell/viewer";
import { DecisionDialog } from "./DecisionDialog.tsx";
import { DiscardDialog } from "./DiscardDialog.tsx";
import { namedNode } from "./nodeNames.ts";
import { shortId } from "./runFacts.ts";
import type { RunDetail, RunLink } from "./runModel.ts";
import { runStory } from "./runStory.ts";
import { useRunActions } from "./useRunActions.ts";

const looks = {
  info: { box: "bg-sunken", icon: <Info aria-hidden className="text-ink-3" /> },
  ok: { box: "bg-sunken", icon: <CircleCheck aria-hidden className="text-ok" /> },
  warn: { box: "bg-warn-tint", icon: <TriangleAlert aria-hidden className="text-warn" /> },
  bad: { box: "bg-bad-tint", icon: <CircleAlert aria-hidden className="text-bad" /> },
} as const;

/** Why the run stands as it does, in words, where it comes from, and what a person can decide. */
export function RunStoryStrip({ run }: { run: RunDetail }) {
  const story = runStory(run, (nodeId) => namedNode(run.definition, nodeId).name);
  const { box, icon } = looks[story.tone];
  // What waits for an answer is told, with the answer's form, by a strip of its own.
  if (run.state === "waiting" && (run.waitReason === "event" || run.waitReason === "approval")) return null;
  const isQuiet = story.lines.length === 0 && story.until === null;
  return (
    <section
      aria-label="How this run stands"
      className={cx(
        "flex shrink-0 flex-wrap items-center gap-x-6 gap-y-3 border-b border-line-2 px-4",
        box,
        isQuiet ? "py-2" : "py-3",
      )}
    >
      <div className="flex min-w-0 flex-1 basis-80 gap-3">
        <span className="mt-0.5 shrink-0 [&_svg]:size-4.5">{icon}</span>
        <div className="min-w-0">
          <h3 className="text-sm font-semibold">{story.title}</h3>
          {story.lines.map((line) => (
            <p key={line} className="mt-0.5 max-w-200 text-sm text-pretty break-words text-ink-2">
              {line}
            </p>
          ))}
          {story.until === null ? null : (
            <p className="mt-0.5 text-sm text-ink-2">
              {story.untilWords} <RelativeTime value={story.until} />.
            </p>
          )}
          <Links run={run} />
        </div>
      </div>
      {run.state === "incomplete" ? <Decisions run={run} /> : null}
    </section>
  );
}

/** Which run this one repeats, and which repeat it. */
function Links({ run }: { run: RunDetail }) {
  const { from, to } = run.links;
  if (!from && to.length === 0) return null;
  return (
    <p className="mt-0.5 text-sm text-ink-2">
      {from ? (
        <>
          {from.kind === "restarted" ? "Begun anew in place of " : "A replay of "}
          <RunRef scenarioId={run.scenarioId} link={from} />, by {from.by.name} <RelativeTime value={from.at} />.{" "}
        </>
      ) : null}
      {to.map((link) => (
        <span key={link.runId}>
          {link.kind === "restarted" ? "Begun anew as " : "Replayed as "}
          <RunRef scenarioId={run.scenarioId} link={link} /> by {link.by.name} <RelativeTime value={link.at} />.{" "}
        </span>
      ))}
    </p>
  );
}

function RunRef({ scenarioId, link }: { scenarioId: string; link: RunLink }) {
  return (
    <Link
      href={`/scenarios/${scenarioId}/runs/${link.runId}`}
      className="font-medium text-ink underline underline-offset-2"
    >
      run <span className="font-mono">{shortId(link.runId)}</span>
    </Link>
  );
}

function Decisions({ run }: { run: RunDetail }) {
  const actions = useRunActions();
  const [dialog, setDialog] = useState<"decide" | "discard" | null>(null);
  if (!useCan("scenario:execute")) return null;
  return (
    <div className="flex flex-wrap items-center gap-2">
      <Button onClick={() => setDialog("discard")}>Discard</Button>
      {run.waitReason === "break" ? (
        <Button onClick={() => void actions.stopRetries(run)}>Stop automatic retries</Button>
      ) : null}
      <Button variant="run" onClick={() => setDialog("decide")}>
        {run.stopped?.reason === "unknown" ? "Decide" : "Retry"}
      </Button>
      {dialog === "discard" ? (
        <DiscardDialog onDiscard={() => actions.discard(run.id)} onClose={() => setDialog(null)} />
      ) : null}
      {dialog === "decide" ? <DecisionDialog run={run} onClose={() => setDialog(null)} /> : null}
    </div>
  );
}
