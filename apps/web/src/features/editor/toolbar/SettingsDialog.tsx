import type { Definition } from "@patchbay/core";
import { Button, Dialog, Field, Input, Textarea } from "@patchbay/ui";
import { useState } from "react";
import { useEditor, useEditorServices } from "../EditorContext.tsx";
import { LifeField } from "./LifeField.tsx";
import { readLife, readLimit, readSensitiveFields, showLife, withSettings } from "./scenarioSettings.ts";

type LimitName = "maxConcurrentRuns" | "maxCalledRuns" | "maxOperations" | "maxDataMegabytes";

interface LimitFacts {
  name: LimitName;
  label: string;
  hint: string;
  placeholder: string;
  highest: number;
}

const countLimits: readonly LimitFacts[] = [
  {
    name: "maxConcurrentRuns",
    label: "Runs at the same time",
    hint: "Empty: any number. 1: strictly in order; an incomplete run then holds the others up.",
    placeholder: "Any number",
    highest: 100,
  },
  {
    name: "maxCalledRuns",
    label: "Runs started by calls",
    hint: "By one run and all that it calls; further calls fail. Empty: 1,000.",
    placeholder: "1000",
    highest: 100_000,
  },
  {
    name: "maxOperations",
    label: "Operations per run",
    hint: "A run that needs more fails. Empty: 10,000.",
    placeholder: "10000",
    highest: 100_000,
  },
];
const dataLimit: LimitFacts = {
  name: "maxDataMegabytes",
  label: "Data per run, MB",
  hint: "Inputs and outputs of all its operations together. A run that stores more fails. Empty: 200.",
  placeholder: "200",
  highest: 2_000,
};

/** What holds for the scenario as a whole; part of the draft, and of each version. */
export function SettingsDialog({ onClose }: { onClose: () => void }) {
  const { store } = useEditorServices();
  const form = useSettingsForm();
  const save = () => {
    const { changed } = form;
    if (!changed) return;
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
          <Button type="submit" variant="primary" disabled={!form.changed}>
            Keep settings
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {countLimits.map((facts, place) => (
          <LimitField key={facts.name} facts={facts} isFirst={place === 0} {...form.limit(facts)} />
        ))}
        <LifeField life={form.life.text} onChange={form.life.set} error={form.life.error} />
        <LimitField facts={dataLimit} {...form.limit(dataLimit)} />
        <SensitiveField {...form.sensitive} />
      </div>
    </Dialog>
  );
}

interface Box {
  text: string;
  set: (text: string) => void;
  error: string | undefined;
}

/** What was typed, what is wrong with it, and what it comes to; null while something is wrong. */
function useSettingsForm() {
  const settings = useEditor((state) => state.definition.settings);
  const [texts, setTexts] = useState(() => {
    const shown = [...countLimits, dataLimit].map(({ name }) => [name, String(settings?.[name] ?? "")]);
    return Object.fromEntries(shown) as Record<LimitName, string>;
  });
  const [life, setLife] = useState(() => showLife(settings?.maxRunSeconds));
  const [sensitive, setSensitive] = useState((settings?.sensitiveFields ?? []).join("\n"));
  const limits = [...countLimits, dataLimit].map(
    ({ name, highest }) => [name, readLimit(texts[name], highest)] as const,
  );
  const readings = { maxRunSeconds: readLife(life), sensitiveFields: readSensitiveFields(sensitive) };
  const { maxRunSeconds, sensitiveFields } = readings;
  const isValid = limits.every(([, limit]) => limit.ok) && maxRunSeconds.ok && sensitiveFields.ok;
  return {
    changed: isValid
      ? {
          ...Object.fromEntries(limits.map(([name, limit]) => [name, limit.ok ? limit.value : undefined])),
          maxRunSeconds: maxRunSeconds.value,
          sensitiveFields: sensitiveFields.value,
        }
      : null,
    limit: ({ name, highest }: LimitFacts): Box => ({
      text: texts[name],
      set: (text) => setTexts((before) => ({ ...before, [name]: text })),
      error: messageOf(readLimit(texts[name], highest)),
    }),
    life: { text: life, set: setLife, error: messageOf(maxRunSeconds) },
    sensitive: { text: sensitive, set: setSensitive, error: messageOf(sensitiveFields) },
  };
}

const messageOf = (read: { ok: true } | { ok: false; message: string }): string | undefined =>
  read.ok ? undefined : read.message;

function LimitField({ facts, text, set, error, isFirst }: Box & { facts: LimitFacts; isFirst?: boolean }) {
  const id = `settings-${facts.name}`;
  return (
    <Field label={facts.label} htmlFor={id} hint={facts.hint} error={error}>
      <Input
        id={id}
        inputMode="numeric"
        placeholder={facts.placeholder}
        autoFocus={isFirst ?? false}
        value={text}
        onChange={(event) => set(event.target.value)}
      />
    </Field>
  );
}

function SensitiveField({ text, set, error }: Box) {
  return (
    <Field
      label="Sensitive fields"
      htmlFor="settings-sensitive"
      hint="One per line, as in a formula: 1.body.card. Their values are hidden in logs wherever they go; nodes still read them."
      error={error}
    >
      <Textarea
        id="settings-sensitive"
        mono
        rows={3}
        spellCheck={false}
        placeholder={"1.body.customer.email\n3.body.token"}
        value={text}
        invalid={error !== undefined}
        aria-describedby="settings-sensitive-note"
        onChange={(event) => set(event.target.value)}
      />
    </Field>
  );
}
