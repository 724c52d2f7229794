import type { JsonValue } from "@patchbay/core";
import { z } from "zod";

/** How a field looks in the editor's form; see `formKeywords` of core. */
export interface FieldOptions {
  /** The label above the field. */
  label: string;
  /** One sentence under it: what it does, in the user's words. */
  description?: string;
  control?:
    | "text"
    | "textarea"
    | "number"
    | "switch"
    | "select"
    | "json"
    | "list"
    | "keyValue"
    | "nodeRef"
    | "duration"
    | "scenario"
    | "scenarioInputs";
  /** Labels of an enum's values, in their order. */
  enumLabels?: readonly string[];
  /** Folded under "more fields". */
  advanced?: boolean;
  /** Shown only when another field of the same form has one of the values. */
  showWhen?: { field: string; values: readonly (string | number | boolean)[] };
  /** Takes no formulas. */
  literal?: boolean;
  /** Folded under this heading, with the other fields of the group. */
  group?: string;
  /** Its value is never stored: all of it, or what stands under names that tell of credentials. */
  secret?: true | "byName";
  /** What a person might type. */
  examples?: readonly JsonValue[];
}

/** Metadata for a zod schema: `z.string().meta(field({ label: "URL" }))`. Misspelt keywords fail to compile. */
export function field(options: FieldOptions): Record<string, unknown> {
  const { label, description, control, enumLabels, advanced, showWhen, literal, group, secret, examples } = options;
  const meta: Record<string, unknown> = { title: label };
  const add = (key: string, value: unknown) => {
    if (value !== undefined) meta[key] = value;
  };
  add("description", description);
  add("examples", examples);
  add("x-control", control);
  add("x-enumLabels", enumLabels);
  add("x-advanced", advanced);
  add("x-showWhen", showWhen);
  add("x-literal", literal);
  add("x-group", group);
  add("x-secret", secret);
  return meta;
}

/**
 * Metadata for the schema of an output that depends on the config, so that the editor knows what later nodes can read.
 * `valueOf`: it is what a field of the config comes to; `itemOf`: one item of that; `fieldsFrom`: an object with a field for each of
 * that field's rows of name and value; `formFields`: an object with what the form in that field asks for.
 */
export const follows = (
  source: { valueOf: string } | { itemOf: string } | { fieldsFrom: string } | { formFields: string },
): Record<string, unknown> =>
  Object.fromEntries(Object.entries(source).map(([keyword, name]) => [`x-${keyword}`, name]));

/** Any JSON value, for fields that take whatever is mapped into them. */
export const jsonValue = (): z.ZodType<JsonValue> => z.unknown() as unknown as z.ZodType<JsonValue>;

/** `[{ name, value }]`: headers, query parameters, variables. */
export const nameValueList = (labels: { name?: string; value?: string } = {}) =>
  z.array(
    z.object({
      name: z
        .string()
        .min(1)
        .meta(field({ label: labels.name ?? "Name" })),
      value: z
        .string()
        .default("")
        .meta(field({ label: labels.value ?? "Value" })),
    }),
  );
