"use client";

import { Button, ConfirmDialog, Dialog, Field, Input, Select, Textarea } from "@patchbay/ui";
import { useState } from "react";
import { CallersNotice } from "./CallersNotice.tsx";
import { type CloneSource, type useScenarioActions } from "./useScenarioActions.ts";

type Actions = ReturnType<typeof useScenarioActions>;

export const MAX_NAME_LENGTH = 200;

export interface DialogScenario {
  id: string;
  name: string;
  description: string;
  enabled: boolean;
  publishedVersion: number | null;
}

interface NewScenarioDialogProps {
  actions: Actions;
  onClose: () => void;
}

export function NewScenarioDialog({ actions, onClose }: NewScenarioDialogProps) {
  const [name, setName] = useState("");
  const { pending, submit } = useSubmit(() => actions.create(name.trim()), onClose);
  const ready = name.trim() !== "";
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title="New scenario"
      description="It opens in the editor, empty and switched off."
      width="sm"
      onSubmit={() => ready && void submit()}
      footer={<Footer label="Create" pending={pending} disabled={!ready} onClose={onClose} />}
    >
      <Field label="Name" htmlFor="scenario-name">
        <Input
          id="scenario-name"
          value={name}
          maxLength={MAX_NAME_LENGTH}
          placeholder="Orders to posts and stock"
          onChange={(event) => setName(event.target.value)}
        />
      </Field>
    </Dialog>
  );
}

interface ScenarioDialogProps extends NewScenarioDialogProps {
  scenario: DialogScenario;
}

export function RenameDialog({ scenario, actions, onClose }: ScenarioDialogProps) {
  const [name, setName] = useState(scenario.name);
  const [description, setDescription] = useState(scenario.description);
  const changes = { name: name.trim(), description: description.trim() };
  const { pending, submit } = useSubmit(() => actions.rename(scenario.id, changes), onClose);
  const ready = changes.name !== "";
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title="Rename scenario"
      description="Its webhook URL and its versions stay as they are."
      width="sm"
      onSubmit={() => ready && void submit()}
      footer={<Footer label="Save" pending={pending} disabled={!ready} onClose={onClose} />}
    >
      <div className="flex flex-col gap-4">
        <Field label="Name" htmlFor="scenario-name">
          <Input
            id="scenario-name"
            value={name}
            maxLength={MAX_NAME_LENGTH}
            onChange={(event) => setName(event.target.value)}
          />
        </Field>
        <Field label="Description" htmlFor="scenario-description">
          <Textarea
            id="scenario-description"
            value={description}
            maxLength={2_000}
            placeholder="What it does, and for whom"
            onChange={(event) => setDescription(event.target.value)}
          />
        </Field>
      </div>
    </Dialog>
  );
}

interface CloneDialogProps extends ScenarioDialogProps {
  /** Where to start: the draft unless given. */
  initialSource?: CloneSource;
}

const sourceKey = (source: CloneSource) => (source.kind === "draft" ? "draft" : String(source.number));

export function CloneDialog({ scenario, actions, onClose, initialSource = { kind: "draft" } }: CloneDialogProps) {
  const [name, setName] = useState(`${scenario.name} (copy)`.slice(0, MAX_NAME_LENGTH));
  const [source, setSource] = useState(sourceKey(initialSource));
  const chosen: CloneSource = source === "draft" ? { kind: "draft" } : { kind: "version", number: Number(source) };
  const { pending, submit } = useSubmit(() => actions.clone(scenario.id, chosen, name.trim()), onClose);
  const ready = name.trim() !== "";
  const versions = new Set([scenario.publishedVersion, initialSource.kind === "version" ? initialSource.number : null]);
  const options = [
    { value: "draft", label: "The draft, as it is now" },
    ...[...versions].flatMap((number) =>
      number === null
        ? []
        : [
            {
              value: String(number),
              label: number === scenario.publishedVersion ? `Version ${number}, live` : `Version ${number}`,
            },
          ],
    ),
  ];
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title="Clone scenario"
      description="The copy starts switched off and gets a webhook URL of its own."
      width="sm"
      onSubmit={() => ready && void submit()}
      footer={<Footer label="Clone" pending={pending} disabled={!ready} onClose={onClose} />}
    >
      <div className="flex flex-col gap-4">
        <Field label="Name" htmlFor="clone-name">
          <Input
            id="clone-name"
            value={name}
            maxLength={MAX_NAME_LENGTH}
            onChange={(event) => setName(event.target.value)}
          />
        </Field>
        <Field label="Copy of" htmlFor="clone-source">
          <Select id="clone-source" value={source} onValueChange={setSource} options={options} />
        </Field>
      </div>
    </Dialog>
  );
}

export function ArchiveDialog({ scenario, actions, onClose }: ScenarioDialogProps) {
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      title={`Archive ${scenario.name}?`}
      description="It is switched off, and its webhook stops accepting requests at once. Versions and runs are kept, and it can be restored."
      confirmLabel="Archive"
      tone="danger"
      onConfirm={async () => {
        if (!(await actions.archive(scenario))) throw new Error("not archived");
      }}
    >
      <CallersNotice scenarioId={scenario.id} />
    </ConfirmDialog>
  );
}

/** Sends once, closes when it worked. */
function useSubmit(send: () => Promise<boolean>, onClose: () => void) {
  const [pending, setPending] = useState(false);
  const submit = async () => {
    setPending(true);
    const worked = await send();
    setPending(false);
    if (worked) onClose();
  };
  return { pending, submit };
}

interface FooterProps {
  label: string;
  pending: boolean;
  disabled: boolean;
  onClose: () => void;
}

function Footer({ label, pending, disabled, onClose }: FooterProps) {
  return (
    <>
      <Button onClick={onClose}>Cancel</Button>
      <Button type="submit" variant="primary" pending={pending} disabled={disabled}>
        {label}
      </Button>
    </>
  );
}
