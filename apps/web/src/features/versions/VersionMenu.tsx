"use client";

import { ConfirmDialog, IconButton, Menu, MenuContent, MenuItem, MenuSeparator, MenuTrigger } from "@patchbay/ui";
import { Copy, Ellipsis, PencilRuler, RotateCcw } from "lucide-react";
import { useState } from "react";
import { CloneDialog } from "@/features/scenarios/ScenarioDialogs";
import type { Scenario } from "@/features/scenarios/types";
import { useScenarioActions } from "@/features/scenarios/useScenarioActions";
import { useCan } from "@/features/shell/viewer";
import { useVersionActions, type VersionRow } from "./useVersions.ts";

interface VersionMenuProps {
  row: VersionRow;
  scenario: Scenario;
  /** Of the draft that a version would be loaded into. */
  draftRevision: number | undefined;
}

/** What can be done with a version. */
export function VersionMenu({ row, scenario, draftRevision }: VersionMenuProps) {
  const [dialog, setDialog] = useState<"rollBack" | "load" | "clone" | null>(null);
  const can = { roll: useCan("scenario:admin"), update: useCan("scenario:update"), create: useCan("scenario:create") };
  const versionActions = useVersionActions(scenario.id);
  const scenarioActions = useScenarioActions();
  const close = () => setDialog(null);
  const { number } = row;
  const isOpenable = scenario.archivedAt === null;
  return (
    <>
      <Menu>
        <MenuTrigger asChild>
          <IconButton label={`More for version ${number}`}>
            <Ellipsis aria-hidden />
          </IconButton>
        </MenuTrigger>
        <MenuContent>
          {can.roll && isOpenable && row.state === "superseded" ? (
            <MenuItem icon={<RotateCcw aria-hidden />} onSelect={() => setDialog("rollBack")}>
              Roll back to this version
            </MenuItem>
          ) : null}
          {can.update && isOpenable && draftRevision !== undefined ? (
            <MenuItem icon={<PencilRuler aria-hidden />} onSelect={() => setDialog("load")}>
              Load into the draft
            </MenuItem>
          ) : null}
          {can.create ? (
            <>
              <MenuSeparator />
              <MenuItem icon={<Copy aria-hidden />} onSelect={() => setDialog("clone")}>
                Clone as a new scenario
              </MenuItem>
            </>
          ) : null}
        </MenuContent>
      </Menu>
      {dialog === "rollBack" ? (
        <ConfirmDialog
          open
          onOpenChange={close}
          title={`Roll back to version ${number}?`}
          description={`Its content is published as version ${scenario.nextVersion} and goes live at once. Runs that have started stay on the version they started with, and the draft keeps its changes.`}
          confirmLabel="Roll back"
          onConfirm={() => orStay(versionActions.rollBack(number))}
        />
      ) : null}
      {dialog === "load" && draftRevision !== undefined ? (
        <ConfirmDialog
          open
          onOpenChange={close}
          title={`Load version ${number} into the draft?`}
          description="The draft's present content is replaced for everybody who edits it. Nothing goes live."
          confirmLabel="Load"
          onConfirm={() => orStay(versionActions.loadIntoDraft(number, draftRevision))}
        />
      ) : null}
      {dialog === "clone" ? (
        <CloneDialog
          scenario={scenario}
          actions={scenarioActions}
          initialSource={{ kind: "version", number }}
          onClose={close}
        />
      ) : null}
    </>
  );
}

/** The dialog stays open when the act did not work; the toast has said why. */
async function orStay(outcome: Promise<boolean>): Promise<void> {
  if (!(await outcome)) throw new Error("not done");
}
