"use client";

import { IconButton, Menu, MenuContent, MenuItem, MenuSeparator, MenuTrigger } from "@patchbay/ui";
import {
  Activity,
  Archive,
  ArchiveRestore,
  CirclePause,
  CirclePlay,
  Copy,
  Ellipsis,
  History,
  Pencil,
  Hourglass,
} from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { useCan } from "@/features/shell/viewer";
import { RetentionDialog } from "./RetentionDialog.tsx";
import { ArchiveDialog, CloneDialog, RenameDialog, type DialogScenario } from "./ScenarioDialogs.tsx";
import type { useScenarioActions } from "./useScenarioActions.ts";

type MenuScenario = DialogScenario & { paused: "scenario" | "organization" | null };

interface ScenarioMenuProps {
  scenario: MenuScenario;
  archived: boolean;
  actions: ReturnType<typeof useScenarioActions>;
}

/** Everything that can be done to a scenario from a list. */
export function ScenarioMenu({ scenario, archived, actions }: ScenarioMenuProps) {
  const router = useRouter();
  const [dialog, setDialog] = useState<"rename" | "clone" | "archive" | "retention" | null>(null);
  const can = {
    create: useCan("scenario:create"),
    update: useCan("scenario:update"),
    delete: useCan("scenario:delete"),
    admin: useCan("scenario:admin"),
  };
  const close = () => setDialog(null);
  // Switching off what is on stops a webhook, so it asks first; anything else can simply be undone.
  const archive = () => (scenario.enabled ? setDialog("archive") : void actions.archive(scenario));
  return (
    <>
      <Menu>
        <MenuTrigger asChild>
          <IconButton label={`More for ${scenario.name}`}>
            <Ellipsis aria-hidden />
          </IconButton>
        </MenuTrigger>
        <MenuContent>
          <MenuItem icon={<Activity aria-hidden />} onSelect={() => router.push(`/scenarios/${scenario.id}/runs`)}>
            Runs
          </MenuItem>
          <MenuItem icon={<History aria-hidden />} onSelect={() => router.push(`/scenarios/${scenario.id}/history`)}>
            Versions
          </MenuItem>
          <MenuSeparator />
          {can.update && !archived ? (
            <MenuItem icon={<Pencil aria-hidden />} onSelect={() => setDialog("rename")}>
              Rename
            </MenuItem>
          ) : null}
          {can.update && !archived ? <PauseItem scenario={scenario} actions={actions} /> : null}
          {can.create ? (
            <MenuItem icon={<Copy aria-hidden />} onSelect={() => setDialog("clone")}>
              Clone
            </MenuItem>
          ) : null}
          {can.admin && !archived ? (
            <MenuItem icon={<Hourglass aria-hidden />} onSelect={() => setDialog("retention")}>
              Keep runs for…
            </MenuItem>
          ) : null}
          {can.delete ? <MenuSeparator /> : null}
          {can.delete && archived ? (
            <MenuItem icon={<ArchiveRestore aria-hidden />} onSelect={() => void actions.restore(scenario)}>
              Restore
            </MenuItem>
          ) : null}
          {can.delete && !archived ? (
            <MenuItem icon={<Archive aria-hidden />} tone="danger" onSelect={archive}>
              Archive
            </MenuItem>
          ) : null}
        </MenuContent>
      </Menu>
      {dialog === "rename" ? <RenameDialog scenario={scenario} actions={actions} onClose={close} /> : null}
      {dialog === "clone" ? <CloneDialog scenario={scenario} actions={actions} onClose={close} /> : null}
      {dialog === "retention" ? <RetentionDialog scenario={scenario} onClose={close} /> : null}
      {dialog === "archive" ? <ArchiveDialog scenario={scenario} actions={actions} onClose={close} /> : null}
    </>
  );
}

/** A pause keeps events, unlike switching off. What pauses the whole organization is lifted on the queue's page. */
function PauseItem({ scenario, actions }: Pick<ScenarioMenuProps, "scenario" | "actions">) {
  if (scenario.paused === "scenario") {
    return (
      <MenuItem icon={<CirclePlay aria-hidden />} onSelect={() => void actions.resume(scenario)}>
        Resume
      </MenuItem>
    );
  }
  return (
    <MenuItem icon={<CirclePause aria-hidden />} onSelect={() => void actions.pause(scenario)}>
      Pause
    </MenuItem>
  );
}
