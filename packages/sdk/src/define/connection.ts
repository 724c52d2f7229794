import type { ConnectionType } from "@patchbay/core";
import type { z } from "zod";
import { isSchema, propertiesOf, toInputSchema } from "../jsonSchema.ts";
import { parseInput } from "../parseInput.ts";

/** Text fields; mark what must never be shown again with `.meta({ secret: true })`. */
export type ConnectionFields = z.ZodObject<Record<string, z.ZodType<string | undefined>>>;

export interface ConnectionSpec<Fields extends ConnectionFields> {
  /** Unique in the integration: `"bearer"`, addressed as `"http.bearer"`. */
  name: string;
  label: string;
  description: string;
  fields: Fields;
}

export interface ConnectionRuntime {
  /** The checked values, without what was left empty; throws `invalid` that names each field by its label. */
  parseValues(values: unknown): Record<string, string>;
  /** Those of the values that must appear nowhere: hand them to `redact`. */
  secretValues(values: Record<string, string>): string[];
}

export interface Connection {
  manifest: ConnectionType;
  runtime: ConnectionRuntime;
}

/** Defines stored credentials: the form to enter them and which of them are secret. */
export function defineConnection<Fields extends ConnectionFields>(spec: ConnectionSpec<Fields>): Connection {
  const schema = toInputSchema(spec.fields);
  const required = Array.isArray(schema.required) ? schema.required : [];
  const fields = Object.entries(propertiesOf(schema)).map(([name, property]) => ({
    name,
    label: typeof property.title === "string" ? property.title : name,
    ...(typeof property.description === "string" && { description: property.description }),
    secret: isSchema(property) && property.secret === true,
    required: required.includes(name),
  }));
  return {
    manifest: { name: spec.name, label: spec.label, description: spec.description, fields },
    runtime: {
      parseValues(values) {
        const parsed: Record<string, string | undefined> = parseInput(spec.fields, schema, dropEmpty(values));
        return Object.fromEntries(
          Object.entries(parsed).filter((entry): entry is [string, string] => entry[1] !== undefined),
        );
      },
      secretValues: (values) =>
        fields.flatMap((field) => (field.secret && values[field.name] ? [values[field.name] as string] : [])),
    },
  };
}

/** Forms send empty texts for what was left out. */
function dropEmpty(values: unknown): unknown {
  if (typeof values !== "object" || values === null) return values;
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ""));
}
