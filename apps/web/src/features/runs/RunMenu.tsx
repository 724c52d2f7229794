"use client";

import { IconButton, Menu, MenuContent, MenuItem, MenuSeparator, MenuTrigger } from "@patchbay/ui";
import { Ban, Copy, Ellipsis, RotateCcw, StepForward } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { useCan } from "@/features/shell/viewer";
import { DiscardDialog } from "./DiscardDialog.tsx";
import { ReplayDialog } from "./ReplayDialog.tsx";
import { runActs, type RunSource } from "./runFacts.ts";
import type { useRunActions } from "./useRunActions.ts";

interface RunMenuProps {
  run: { id: string; scenarioId: string; state: string; source: RunSource; onlyNode?: number };
  actions: ReturnType<typeof useRunActions>;
}

/** What can be done to a run from a list. */
export function RunMenu({ run, actions }: RunMenuProps) {
  const acts = useCan("scenario:execute") ? runActs(run.state) : [];
  const router = useRouter();
  const [isDiscarding, setDiscarding] = useState(false);
  const [isReplaying, setReplaying] = useState(false);
  return (
    <>
      <Menu>
        <MenuTrigger asChild>
          <IconButton label="More for this run">
            <Ellipsis aria-hidden />
          </IconButton>
        </MenuTrigger>
        <MenuContent>
          <MenuItem icon={<Copy aria-hidden />} onSelect={() => void navigator.clipboard.writeText(run.id)}>
            Copy id
          </MenuItem>
          {acts.includes("retry") ? (
            // What may have happened is asked about, and that takes the run's own page.
            <MenuItem
              icon={<StepForward aria-hidden />}
              onSelect={() => router.push(`/scenarios/${run.scenarioId}/runs/${run.id}`)}
            >
              Retry…
            </MenuItem>
          ) : null}
          {acts.includes("replay") ? (
            <>
              <MenuSeparator />
              <MenuItem icon={<RotateCcw aria-hidden />} onSelect={() => setReplaying(true)}>
                Replay with the same data…
              </MenuItem>
            </>
          ) : null}
          {acts.includes("cancel") ? (
            <>
              <MenuSeparator />
              <MenuItem icon={<Ban aria-hidden />} tone="danger" onSelect={() => void actions.cancel(run.id)}>
                Stop
              </MenuItem>
            </>
          ) : null}
          {acts.includes("discard") ? (
            <>
              <MenuSeparator />
              <MenuItem icon={<Ban aria-hidden />} tone="danger" onSelect={() => setDiscarding(true)}>
                Discard
              </MenuItem>
            </>
          ) : null}
        </MenuContent>
      </Menu>
      {isReplaying ? (
        <ReplayDialog
          run={run}
          onReplay={(replay) => actions.replay(run, replay)}
          onClose={() => setReplaying(false)}
        />
      ) : null}
      {isDiscarding ? (
        <DiscardDialog onDiscard={() => actions.discard(run.id)} onClose={() => setDiscarding(false)} />
      ) : null}
    </>
  );
}
