"use client";

import { Button, RelativeTime } from "@patchbay/ui";
import { StepForward, TriangleAlert } from "lucide-react";
import { useState } from "react";
import { useCan } from "@/features/shell/viewer";
import { DiscardDialog } from "./DiscardDialog.tsx";
import { incompleteStory } from "./incomplete.ts";
import { namedNode } from "./nodeNames.ts";
import type { RunDetail } from "./runModel.ts";
import { useRunActions } from "./useRunActions.ts";

/** Of an incomplete run: why it stopped, what may have happened, and the two ways on. */
export function IncompleteStrip({ run }: { run: RunDetail }) {
  const actions = useRunActions();
  const canAct = useCan("scenario:execute");
  const [isDiscarding, setDiscarding] = useState(false);
  const story = incompleteStory(run, (nodeId) => namedNode(run.definition, nodeId).name);
  if (!story) return null;
  return (
    <section
      aria-label="Why this run is incomplete"
      className="flex shrink-0 flex-wrap items-center gap-x-6 gap-y-3 border-b border-line-2 bg-warn-tint px-4 py-3"
    >
      <div className="flex min-w-0 flex-1 basis-80 gap-3">
        <TriangleAlert aria-hidden className="mt-0.5 size-4.5 shrink-0 text-warn" />
        <div className="min-w-0">
          <h3 className="text-sm font-semibold">{story.title}</h3>
          <p className="mt-0.5 text-sm text-pretty text-ink-2">
            {story.what}
            {story.retryAt === null ? null : (
              <>
                {" "}
                It is tried again by itself <RelativeTime value={story.retryAt} />.
              </>
            )}
          </p>
          <p className="mt-0.5 text-sm text-pretty text-ink-2">
            {story.retry} {story.discard}
          </p>
        </div>
      </div>
      {canAct ? (
        <div className="flex items-center gap-2">
          <Button onClick={() => setDiscarding(true)}>Discard</Button>
          <Button variant="run" onClick={() => void actions.retry(run.id)}>
            <StepForward aria-hidden />
            Retry
          </Button>
        </div>
      ) : null}
      {isDiscarding ? (
        <DiscardDialog onDiscard={() => actions.discard(run.id)} onClose={() => setDiscarding(false)} />
      ) : null}
    </section>
  );
}
