"use client";

import { Button, Dialog, Field, Input, Select } from "@patchbay/ui";
import { LockKeyhole } from "lucide-react";
import { useState } from "react";
import { checkConnection, findOfferedType, offeredTypes, valuesToSend } from "./connectionForm.ts";

interface NewConnectionDialogProps {
  create: (input: { type: string; name: string; values: Record<string, string> }) => Promise<boolean>;
  onClose: () => void;
}

/** Credentials in a form made from the manifest's fields. What is secret is never shown again. */
export function NewConnectionDialog({ create, onClose }: NewConnectionDialogProps) {
  const [type, setType] = useState(offeredTypes[0]?.type ?? "");
  const [name, setName] = useState("");
  const [values, setValues] = useState<Record<string, string>>({});
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [pending, setPending] = useState(false);
  const offered = findOfferedType(type);
  if (!offered) return null;
  const { connection } = offered;

  const submit = async () => {
    const found = checkConnection(connection, { name, values });
    setErrors(found);
    if (Object.keys(found).length > 0) return;
    setPending(true);
    const worked = await create({ type, name: name.trim(), values: valuesToSend(connection, values) });
    setPending(false);
    if (worked) onClose();
  };

  return (
    <Dialog
      open
      onOpenChange={onClose}
      title="New connection"
      description={connection.description}
      width="sm"
      onSubmit={() => void submit()}
      footer={
        <>
          <span className="mr-auto flex items-center gap-1.5 text-xs text-ink-3">
            <LockKeyhole aria-hidden className="size-3.5" />
            Encrypted, never shown again
          </span>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" pending={pending}>
            Store
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <Field label="Kind" htmlFor="connection-type">
          <Select
            id="connection-type"
            value={type}
            onValueChange={(next) => {
              setType(next);
              setErrors({});
            }}
            options={offeredTypes.map((each) => ({ value: each.type, label: `${each.app}: ${each.connection.label}` }))}
          />
        </Field>
        <Field label="Name" htmlFor="connection-name" error={errors.$name} hint="As it appears in a node's settings.">
          <Input
            id="connection-name"
            data-autofocus
            value={name}
            maxLength={200}
            placeholder="Acme stock service"
            invalid={errors.$name !== undefined}
            aria-describedby="connection-name-note"
            onChange={(event) => setName(event.target.value)}
          />
        </Field>
        {connection.fields.map((field) => (
          <Field
            key={field.name}
            label={field.label}
            htmlFor={`connection-${field.name}`}
            hint={field.description}
            error={errors[field.name]}
            required={field.required}
          >
            <Input
              id={`connection-${field.name}`}
              type={field.secret ? "password" : "text"}
              // One's own account must not be filled in here, nor this be offered for signing in.
              autoComplete={field.secret ? "new-password" : "off"}
              spellCheck={false}
              value={values[field.name] ?? ""}
              invalid={errors[field.name] !== undefined}
              onChange={(event) => setValues((current) => ({ ...current, [field.name]: event.target.value }))}
            />
          </Field>
        ))}
      </div>
    </Dialog>
  );
}
