import { Button, Field, Select } from "@patchbay/ui";
import type { Manifest } from "@patchbay/core";
import { useState } from "react";
import { NewConnectionDialog } from "@/features/connections/NewConnectionDialog.tsx";
import { useAct } from "@/lib/useAct.ts";
import { useEditorServices } from "../EditorContext.tsx";

const NONE = "none";

export interface ConnectionFieldProps {
  id: string;
  manifest: Manifest;
  /** Names of the types that the node may use, without or with the integration's prefix. */
  typeNames: readonly string[];
  isRequired: boolean;
  value: string | undefined;
  onChange: (connectionId: string | undefined) => void;
}

/** Chooses stored credentials for a node, or makes new ones on the spot. */
export function ConnectionField({ id, manifest, typeNames, isRequired, value, onChange }: ConnectionFieldProps) {
  const { backend } = useEditorServices();
  const connections = backend.useConnections();
  const act = useAct();
  const [isCreating, setCreating] = useState(false);
  const create = async (input: { type: string; name: string; values: Record<string, string> }) => {
    const result = await act("Could not store the connection", () => backend.createConnection(input));
    if (result.ok) onChange(result.value.id);
    return result.ok;
  };
  const types = manifest.connections.filter((type) =>
    typeNames.some((name) => name === type.name || name === `${manifest.name}.${type.name}`),
  );
  const usable = (connections ?? []).filter((connection) =>
    types.some((type) => connection.type === `${manifest.name}.${type.name}`),
  );
  const isLost =
    value !== undefined && connections !== undefined && !usable.some((connection) => connection.id === value);
  const options = [
    ...(isRequired ? [] : [{ value: NONE, label: "No connection" }]),
    ...usable.map((connection) => ({
      value: connection.id,
      label: connection.name,
      description: types.find((type) => connection.type.endsWith(`.${type.name}`))?.label ?? connection.type,
    })),
  ];
  return (
    <Field
      label="Connection"
      htmlFor={id}
      required={isRequired}
      error={isLost ? "This connection no longer exists. Choose another one." : undefined}
    >
      <div className="flex gap-2">
        <Select
          id={id}
          aria-label="Connection"
          className="min-w-0 flex-1"
          value={value ?? (isRequired ? undefined : NONE)}
          onValueChange={(chosen) => onChange(chosen === NONE ? undefined : chosen)}
          options={options}
          placeholder={connections === undefined ? "Loading" : "Choose a connection"}
          invalid={isLost}
        />
        <Button onClick={() => setCreating(true)}>Add</Button>
      </div>
      {isCreating ? <NewConnectionDialog create={create} onClose={() => setCreating(false)} /> : null}
    </Field>
  );
}
