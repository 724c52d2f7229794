"use client";

import { IconButton, Menu, MenuContent, MenuItem, MenuLabel, MenuSeparator, MenuTrigger } from "@patchbay/ui";
import { Ban, Copy, Ellipsis, RotateCcw, StepForward } from "lucide-react";
import { useState } from "react";
import { useCan } from "@/features/shell/viewer";
import { DiscardDialog } from "./DiscardDialog.tsx";
import { runActs } from "./runFacts.ts";
import type { ReplaySource, useRunActions } from "./useRunActions.ts";

interface RunMenuProps {
  run: { id: string; scenarioId: string; state: string };
  actions: ReturnType<typeof useRunActions>;
}

export const replayOptions: readonly { source: ReplaySource; label: string }[] = [
  { source: "original", label: "On the version it ran on" },
  { source: "published", label: "On the live version" },
  { source: "draft", label: "On the draft" },
];

/** What can be done to a run from a list. */
export function RunMenu({ run, actions }: RunMenuProps) {
  const acts = useCan("scenario:execute") ? runActs(run.state) : [];
  const [isDiscarding, setDiscarding] = useState(false);
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
            <MenuItem icon={<StepForward aria-hidden />} onSelect={() => void actions.retry(run.id)}>
              Retry from where it stopped
            </MenuItem>
          ) : null}
          {acts.includes("replay") ? (
            <>
              <MenuSeparator />
              <MenuLabel>Replay with the same data</MenuLabel>
              {replayOptions.map(({ source, label }) => (
                <MenuItem
                  key={source}
                  icon={<RotateCcw aria-hidden />}
                  onSelect={() => void actions.replay(run, source)}
                >
                  {label}
                </MenuItem>
              ))}
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
      {isDiscarding ? (
        <DiscardDialog onDiscard={() => actions.discard(run.id)} onClose={() => setDiscarding(false)} />
      ) : null}
    </>
  );
}
