import type { Definition } from "@patchbay/core";
import { Button, Dialog, Field, Input } from "@patchbay/ui";
import { useState } from "react";
import { useEditor, useEditorServices } from "../EditorContext.tsx";
import { readLimit, withSettings } from "./scenarioSettings.ts";

/** What holds for the scenario as a whole; part of the draft, and of each version. */
export function SettingsDialog({ onClose }: { onClose: () => void }) {
  const { store } = useEditorServices();
  const settings = useEditor((state) => state.definition.settings);
  const [runs, setRuns] = useState(String(settings?.maxConcurrentRuns ?? ""));
  const [operations, setOperations] = useState(String(settings?.maxOperations ?? ""));
  const maxConcurrentRuns = readLimit(runs, 100);
  const maxOperations = readLimit(operations, 100_000);
  const isValid = maxConcurrentRuns.ok && maxOperations.ok;
  const save = () => {
    if (!isValid) return;
    const changed = { maxConcurrentRuns: maxConcurrentRuns.value, maxOperations: maxOperations.value };
    store.getState().edit({
      label: "Change the scenario's settings",
      apply: (definition: Definition) => withSettings(definition, changed),
    });
    onClose();
  };
  return (
    <Dialog
      open
      onOpenChange={(isOpen) => !isOpen && onClose()}
      title="Scenario settings"
      description="They are part of the draft and go live with the next version."
      onSubmit={save}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" disabled={!isValid}>
            Keep settings
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <Field
          label="Runs at the same time"
          htmlFor="settings-runs"
          hint="Empty: any number. 1: strictly in order; an incomplete run then holds the others up."
          error={maxConcurrentRuns.ok ? undefined : maxConcurrentRuns.message}
        >
          <Input
            id="settings-runs"
            inputMode="numeric"
            placeholder="Any number"
            autoFocus
            value={runs}
            onChange={(event) => setRuns(event.target.value)}
          />
        </Field>
        <Field
          label="Operations per run"
          htmlFor="settings-operations"
          hint="A run that needs more fails. Empty: 10,000."
          error={maxOperations.ok ? undefined : maxOperations.message}
        >
          <Input
            id="settings-operations"
            inputMode="numeric"
            placeholder="10000"
            value={operations}
            onChange={(event) => setOperations(event.target.value)}
          />
        </Field>
      </div>
    </Dialog>
  );
}
