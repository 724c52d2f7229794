/** How the Convex backend prints values and validators in its error messages. */
import { isJsonObject } from "./json.ts";
import type { ConvexJson, ValidatorJson } from "./json.ts";

/** Values in messages are cut here: a message reaches logs and browsers, a document may have 1 MiB. */
const MAX_DISPLAY_LENGTH = 8192;

const CONTROL_CHARACTERS = /[\u0000-\u001f\u007f]/g;
const NAMED_ESCAPES: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t", "\0": "\\0" };

/** A value as Convex's messages show it: `{name: "x", count: 1.0, big: 5}`. */
export function displayValue(value: ConvexJson): string {
  const text = display(value);
  return text.length > MAX_DISPLAY_LENGTH ? `${text.slice(0, MAX_DISPLAY_LENGTH)}[...truncated]` : text;
}

/** A validator as Convex's messages show it: `v.object({name: v.string()})`. */
export function displayValidator(validator: ValidatorJson): string {
  switch (validator.type) {
    case "null":
    case "boolean":
    case "string":
    case "bytes":
    case "any":
    case "commitTs":
      return `v.${validator.type}()`;
    case "number":
      return "v.float64()";
    case "bigint":
      return "v.int64()";
    case "id":
      return `v.id("${validator.tableName}")`;
    case "literal":
      return `v.literal(${displayLiteral(validator.value)})`;
    case "array":
      return `v.array(${displayValidator(validator.value)})`;
    case "record":
      return `v.record(${displayValidator(validator.keys)}, ${displayValidator(validator.values.fieldType)})`;
    case "union":
      return `v.union(${validator.value.map(displayValidator).join(", ")})`;
    case "object":
      return `v.object({${Object.keys(validator.value)
        .sort()
        .map((name) => displayField(validator.value, name))
        .join(", ")}})`;
  }
}

/** A literal inside `v.literal(...)`: JSON where JSON can say it, the type's name otherwise. */
export function displayLiteral(value: ConvexJson): string {
  if (isJsonObject(value)) return value.$integer !== undefined ? "<bigint>" : "<number>";
  return typeof value === "number" ? displayFloat(value) : JSON.stringify(value);
}

function displayField(fields: Extract<ValidatorJson, { type: "object" }>["value"], name: string): string {
  const field = fields[name]!;
  const text = displayValidator(field.fieldType);
  return `${name}: ${field.optional ? `v.optional(${text})` : text}`;
}

function display(value: ConvexJson): string {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number") return displayFloat(value);
  if (typeof value === "string") return displayString(value);
  if (Array.isArray(value)) return `[${value.map(display).join(", ")}]`;
  if (typeof value.$integer === "string") {
    return Buffer.from(value.$integer, "base64").readBigInt64LE().toString();
  }
  if (typeof value.$float === "string") return displayFloat(Buffer.from(value.$float, "base64").readDoubleLE());
  if (typeof value.$bytes === "string") return `b"${Buffer.from(value.$bytes, "base64").toString("hex")}"`;
  if (value.$commitTs === null) return "[unresolved commit timestamp]";
  const fields = Object.keys(value).sort();
  return `{${fields.map((name) => `${name}: ${display(value[name]!)}`).join(", ")}}`;
}

/** Floats always look like floats: `1.0`, `-0.0`, `inf`. */
function displayFloat(value: number): string {
  if (Object.is(value, -0)) return "-0.0";
  if (Number.isInteger(value)) {
    const text = String(value).replace("e+", "e");
    return text.includes("e") ? text : `${text}.0`;
  }
  if (value === Infinity) return "inf";
  return value === -Infinity ? "-inf" : String(value);
}

function displayString(value: string): string {
  const escaped = value.replace(/["\\]/g, "\\$&").replace(CONTROL_CHARACTERS, (character) => {
    return NAMED_ESCAPES[character] ?? `\\u{${character.charCodeAt(0).toString(16)}}`;
  });
  return `"${escaped}"`;
}
