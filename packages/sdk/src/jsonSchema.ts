import { z } from "zod";

export type JsonSchema = Record<string, unknown>;

/** The JSON Schema (draft 2020-12) of what a user configures: defaults are optional, form keywords are kept. */
export const toInputSchema = (schema: z.ZodObject): JsonSchema => toPlainSchema(schema, "input");

/** The JSON Schema of the bundle that an action gives back. */
export const toOutputSchema = (schema: z.ZodType): JsonSchema => toPlainSchema(schema, "output");

function toPlainSchema(schema: z.ZodType, io: "input" | "output"): JsonSchema {
  const { $schema: _dialect, ...plain } = z.toJSONSchema(schema, { io, target: "draft-2020-12" });
  return JSON.parse(JSON.stringify(plain)) as JsonSchema;
}

/** The properties of an object schema, or none. */
export function propertiesOf(schema: JsonSchema): Record<string, JsonSchema> {
  return isSchema(schema.properties) ? (schema.properties as Record<string, JsonSchema>) : {};
}

export function isSchema(value: unknown): value is JsonSchema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
