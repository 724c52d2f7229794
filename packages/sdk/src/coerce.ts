import { isSchema, propertiesOf, type JsonSchema } from "./jsonSchema.ts";

/**
 * Brings mapped values to the types a schema asks for, as users expect of formulas: a number mapped into a text becomes
 * text, `"42"` in a number field a number, one item in a list field a list, and what is empty is left out. What does not
 * fit is left as it is, for validation to name. Never parses text as JSON: what a formula gave is data.
 */
export function coerceToSchema(schema: JsonSchema, value: unknown): unknown {
  if (value === undefined) return undefined;
  if (value === null) return typeof schema.type === "string" && schema.type !== "null" ? undefined : null;
  switch (schema.type) {
    case "string":
      return matchEnum(schema, toText(value));
    case "number":
    case "integer":
      return toNumber(value);
    case "boolean":
      return toBoolean(value);
    case "array":
      return toList(schema, value);
    case "object":
      return coerceObject(schema, value);
    default:
      return value;
  }
}

function toText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** `post` for `POST`: choices that come from formulas are matched whatever their case. An empty one is left out. */
function matchEnum(schema: JsonSchema, text: string): string | undefined {
  if (!Array.isArray(schema.enum) || schema.enum.includes(text)) return text;
  const wanted = text.trim().toLowerCase();
  if (wanted === "") return undefined;
  const match: unknown = schema.enum.find((item) => typeof item === "string" && item.toLowerCase() === wanted);
  return typeof match === "string" ? match : text;
}

function toNumber(value: unknown): unknown {
  if (typeof value !== "string") return value;
  const text = value.trim();
  if (text === "") return undefined;
  const number = Number(text);
  return Number.isFinite(number) ? number : value;
}

function toBoolean(value: unknown): unknown {
  const text = typeof value === "string" || typeof value === "number" ? String(value).trim().toLowerCase() : null;
  if (text === "") return undefined;
  if (text === "true" || text === "1") return true;
  if (text === "false" || text === "0") return false;
  return value;
}

function toList(schema: JsonSchema, value: unknown): unknown {
  if (value === "") return undefined;
  const items = isSchema(schema.items) ? schema.items : {};
  return (Array.isArray(value) ? value : [value]).map((item: unknown) => coerceToSchema(items, item));
}

function coerceObject(schema: JsonSchema, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const properties = propertiesOf(schema);
  const rest = isSchema(schema.additionalProperties) ? schema.additionalProperties : {};
  // A plain loop: this runs for every operation, and lists of pairs cost more than all the rest of it.
  const result: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    const property = Object.hasOwn(properties, key) ? properties[key] : undefined;
    const item: unknown = coerceToSchema(property ?? rest, (value as Record<string, unknown>)[key]);
    if (item !== undefined) setOwn(result, key, item);
  }
  return result;
}

/** Assigning `__proto__` would change the object's prototype instead of giving it a field of that name. */
function setOwn(object: Record<string, unknown>, key: string, value: unknown): void {
  if (key !== "__proto__") object[key] = value;
  else Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
}
