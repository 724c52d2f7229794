import type { Definition } from "@patchbay/core";
import { Button, Dialog, Field, Input, Textarea } from "@patchbay/ui";
import { useState } from "react";
import { useEditor, useEditorServices } from "../EditorContext.tsx";
import { LifeField } from "./LifeField.tsx";
import { readLife, readLimit, readSensitiveFields, showLife, withSettings } from "./scenarioSettings.ts";

/** What holds for the scenario as a whole; part of the draft, and of each version. */
export function SettingsDialog({ onClose }: { onClose: () => void }) {
  const { store } = useEditorServices();
  const settings = useEditor((state) => state.definition.settings);
  const [runs, setRuns] = useState(String(settings?.maxConcurrentRuns ?? ""));
  const [operations, setOperations] = useState(String(settings?.maxOperations ?? ""));
  const [life, setLife] = useState(() => showLife(settings?.maxRunSeconds));
  const [data, setData] = useState(String(settings?.maxDataMegabytes ?? ""));
  const [called, setCalled] = useState(String(settings?.maxCalledRuns ?? ""));
  const maxCalledRuns = readLimit(called, 100_000);
  const maxConcurrentRuns = readLimit(runs, 100);
  const maxOperations = readLimit(operations, 100_000);
  const [sensitive, setSensitive] = useState((settings?.sensitiveFields ?? []).join("\n"));
  const sensitiveFields = readSensitiveFields(sensitive);
  const maxRunSeconds = readLife(life);
  const maxDataMegabytes = readLimit(data, 2_000);
  const isValid =
    maxConcurrentRuns.ok &&
    maxOperations.ok &&
    maxRunSeconds.ok &&
    maxDataMegabytes.ok &&
    sensitiveFields.ok &&
    maxCalledRuns.ok;
  const save = () => {
    if (!isValid) return;
    const changed = {
      maxConcurrentRuns: maxConcurrentRuns.value,
      maxOperations: maxOperations.value,
      sensitiveFields: sensitiveFields.value,
      maxRunSeconds: maxRunSeconds.value,
      maxDataMegabytes: maxDataMegabytes.value,
      maxCalledRuns: maxCalledRuns.value,
    };
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
          label="Runs started by calls"
          htmlFor="settings-called"
          hint="By one run and all that it calls; further calls fail. Empty: 1,000."
          error={maxCalledRuns.ok ? undefined : maxCalledRuns.message}
        >
          <Input
            id="settings-called"
            inputMode="numeric"
            placeholder="1000"
            value={called}
            onChange={(event) => setCalled(event.target.value)}
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
        <LifeField life={life} onChange={setLife} error={maxRunSeconds.ok ? undefined : maxRunSeconds.message} />
        <Field
          label="Data per run, MB"
          htmlFor="settings-data"
          hint="Inputs and outputs of all its operations together. A run that stores more fails. Empty: 200."
          error={maxDataMegabytes.ok ? undefined : maxDataMegabytes.message}
        >
          <Input
            id="settings-data"
            inputMode="numeric"
            placeholder="200"
            value={data}
            onChange={(event) => setData(event.target.value)}
          />
        </Field>
        <Field
          label="Sensitive fields"
          htmlFor="settings-sensitive"
          hint="One per line, as in a formula: 1.body.card. Their values are hidden in logs wherever they go; nodes still read them."
          error={sensitiveFields.ok ? undefined : sensitiveFields.message}
        >
          <Textarea
            id="settings-sensitive"
            mono
            rows={3}
            spellCheck={false}
            placeholder={"1.body.customer.email\n3.body.token"}
            value={sensitive}
            invalid={!sensitiveFields.ok}
            aria-describedby="settings-sensitive-note"
            onChange={(event) => setSensitive(event.target.value)}
          />
        </Field>
      </div>
    </Dialog>
  );
}
