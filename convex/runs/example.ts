/** An output that an action might have, from what its manifest says. */
import { manifestCatalog } from "@patchbay/catalog/manifests";
import type { JsonValue } from "@patchbay/core";
import type { Simulated } from "@patchbay/engine";

/** The manifest's example, else values made up by its output schema, else an empty bundle. */
export function exampleOutput(type: string, typeVersion: number): { output: JsonValue; simulated: Simulated } {
  const kind = manifestCatalog.getNodeKind(type, typeVersion);
  if (kind?.node.sampleOutput !== undefined) return { output: kind.node.sampleOutput, simulated: "example" };
  if (kind?.node.output) return { output: exampleOf(kind.node.output, MAX_DEPTH), simulated: "shape" };
  return { output: {}, simulated: "nothing" };
}

const MAX_DEPTH = 8;

/** A value of the JSON Schema: its own example or default where it has one, otherwise the plainest of its type. */
export function exampleOf(schema: unknown, depth: number): JsonValue {
  if (typeof schema !== "object" || schema === null || depth === 0) return null;
  const { type, properties, items, examples, anyOf, oneOf, ...own } = schema as Record<string, unknown>;
  if (Array.isArray(examples) && examples.length > 0) return examples[0] as JsonValue;
  for (const key of ["default", "const"]) if (own[key] !== undefined) return own[key] as JsonValue;
  if (Array.isArray(own.enum)) return (own.enum[0] ?? null) as JsonValue;
  const choices = Array.isArray(anyOf) ? anyOf : oneOf;
  if (Array.isArray(choices) && choices.length > 0) return exampleOf(choices[0], depth - 1);
  switch (Array.isArray(type) ? (type[0] as unknown) : type) {
    case "object":
      return Object.fromEntries(
        Object.entries(properties ?? {}).map(([name, property]) => [name, exampleOf(property, depth - 1)]),
      );
    case "array":
      return items === undefined ? [] : [exampleOf(items, depth - 1)];
    case "string":
      return "text";
    case "number":
    case "integer":
      return 1;
    case "boolean":
      return true;
    default:
      return null;
  }
}
