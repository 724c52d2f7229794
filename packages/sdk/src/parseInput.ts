import type { z } from "zod";
import { coerceToSchema } from "./coerce.ts";
import { errors } from "./errors.ts";
import { isSchema, propertiesOf, type JsonSchema } from "./jsonSchema.ts";

/**
 * Checks an operation's input against the action's schema after bringing mapped values to its types.
 * @throws IntegrationError `invalid` that names each field by its label
 */
export function parseInput<Schema extends z.ZodObject>(
  schema: Schema,
  jsonSchema: JsonSchema,
  input: unknown,
): z.output<Schema> {
  const result = schema.safeParse(coerceToSchema(jsonSchema, input));
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => ({
    field: issue.path.map((part) => (typeof part === "number" ? part : String(part))),
    message: describeIssue(jsonSchema, issue),
  }));
  throw errors.invalid(problems.map((problem) => problem.message).join(" "), {
    details: { fields: problems },
    cause: result.error,
  });
}

function describeIssue(jsonSchema: JsonSchema, issue: z.core.$ZodIssue): string {
  const label = labelOf(jsonSchema, issue.path);
  const isMissing = issue.code === "invalid_type" && issue.input === undefined && issue.message.endsWith("undefined");
  return isMissing ? `${label} is empty.` : `${label}: ${issue.message}.`;
}

/** `Headers 2 › Name` for `["headers", 1, "name"]`. */
function labelOf(jsonSchema: JsonSchema, path: readonly PropertyKey[]): string {
  let schema: JsonSchema = jsonSchema;
  let label = "";
  for (const part of path) {
    if (typeof part === "number") {
      label += ` ${part + 1}`;
      schema = isSchema(schema.items) ? schema.items : {};
      continue;
    }
    schema = propertiesOf(schema)[String(part)] ?? {};
    const title = typeof schema.title === "string" ? schema.title : String(part);
    label = label === "" ? title : `${label} › ${title}`;
  }
  return label === "" ? "The input" : label;
}
