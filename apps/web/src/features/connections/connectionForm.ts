import { manifests } from "@patchbay/catalog/manifests";
import type { ConnectionType } from "@patchbay/core";

export interface OfferedConnectionType {
  /** `"http.bearer"` */
  type: string;
  app: string;
  color: string;
  icon: string;
  connection: ConnectionType;
}

/** Every kind of connection that an installed integration knows. */
export const offeredTypes: readonly OfferedConnectionType[] = manifests.flatMap((manifest) =>
  manifest.connections.map((connection) => ({
    type: `${manifest.name}.${connection.name}`,
    app: manifest.label,
    color: manifest.color,
    icon: manifest.icon,
    connection,
  })),
);

export const findOfferedType = (type: string): OfferedConnectionType | undefined =>
  offeredTypes.find((offered) => offered.type === type);

/** What is missing, by field name (`$name` is the connection's own); empty when the form can be sent. */
export function checkConnection(
  connection: ConnectionType,
  input: { name: string; values: Record<string, string> },
): Record<string, string> {
  const errors: Record<string, string> = {};
  if (input.name.trim() === "") errors.$name = "Give it a name that tells it from the others.";
  for (const field of connection.fields) {
    if (field.required && (input.values[field.name] ?? "") === "") errors[field.name] = `${field.label} is needed.`;
  }
  return errors;
}

/** Only the type's own fields, without those left empty. */
export function valuesToSend(connection: ConnectionType, values: Record<string, string>): Record<string, string> {
  const entries = connection.fields.map((field) => [field.name, values[field.name] ?? ""] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== ""));
}
