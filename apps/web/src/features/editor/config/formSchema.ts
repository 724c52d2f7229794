import type { JsonValue } from "@patchbay/core";

/** The controls that a form knows (core's `formKeywords`). */
export type FieldControl =
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

export interface FormField {
  name: string;
  label: string;
  description?: string;
  control: FieldControl;
  isRequired: boolean;
  isAdvanced: boolean;
  /** Takes no formulas. */
  isLiteral: boolean;
  /** The heading that the field is folded under. */
  group?: string;
  default?: JsonValue;
  options: { value: string; label: string }[];
  example?: JsonValue;
  showWhen?: { field: string; values: JsonValue[] };
  /** The fields of one row, for `list` and `keyValue`; a list of plain values has one without a name. */
  itemFields: FormField[];
}

type Schema = Record<string, unknown>;

const isObject = (value: unknown): value is Schema =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

/** Reads a manifest's input schema (JSON Schema of an object, with `x-` keywords) as a form. Unknown keywords are ignored. */
export function readForm(schema: Schema): FormField[] {
  const properties = isObject(schema.properties) ? schema.properties : {};
  const required = new Set(Array.isArray(schema.required) ? schema.required : []);
  return Object.entries(properties).flatMap(([name, property]) =>
    isObject(property) ? [readField(name, resolve(property, schema), required.has(name), schema)] : [],
  );
}

function readField(name: string, property: Schema, isRequired: boolean, root: Schema): FormField {
  const control = controlOf(property);
  const labels = Array.isArray(property["x-enumLabels"]) ? property["x-enumLabels"] : [];
  const values = Array.isArray(property.enum) ? property.enum.filter((value) => typeof value === "string") : [];
  const showWhen = property["x-showWhen"];
  const field: FormField = {
    name,
    label: text(property.title) ?? labelFrom(name),
    control,
    isRequired: isRequired && property.default === undefined,
    isAdvanced: property["x-advanced"] === true,
    isLiteral: property["x-literal"] === true || control === "nodeRef",
    options: values.map((value, place) => ({ value, label: text(labels[place]) ?? value })),
    itemFields: control === "list" || control === "keyValue" ? itemFieldsOf(property, root) : [],
  };
  const description = text(property.description);
  if (description) field.description = description;
  const group = text(property["x-group"]);
  if (group) field.group = group;
  if (property.default !== undefined) field.default = property.default as JsonValue;
  if (Array.isArray(property.examples) && property.examples.length > 0)
    field.example = property.examples[0] as JsonValue;
  if (isObject(showWhen) && typeof showWhen.field === "string" && Array.isArray(showWhen.values)) {
    field.showWhen = { field: showWhen.field, values: showWhen.values as JsonValue[] };
  }
  return field;
}

/** Follows `$ref` into `$defs`, where zod puts what it uses twice. */
function resolve(property: Schema, root: Schema): Schema {
  const reference = text(property.$ref);
  const name = reference?.startsWith("#/$defs/") ? reference.slice("#/$defs/".length) : undefined;
  const found = name !== undefined && isObject(root.$defs) ? root.$defs[name] : undefined;
  return isObject(found) ? { ...found, ...property } : property;
}

function itemFieldsOf(property: Schema, root: Schema): FormField[] {
  const items = isObject(property.items) ? resolve(property.items, root) : {};
  if (isObject(items.properties)) return readForm({ ...items, $defs: root.$defs });
  return [readField("", items, true, root)];
}

const controls = new Set<string>([
  "text",
  "textarea",
  "number",
  "switch",
  "select",
  "json",
  "list",
  "keyValue",
  "nodeRef",
  "duration",
  "scenario",
  "scenarioInputs",
]);

function controlOf(property: Schema): FieldControl {
  const named = text(property["x-control"]);
  if (named && controls.has(named)) return named as FieldControl;
  if (Array.isArray(property.enum)) return "select";
  if (property.type === "boolean") return "switch";
  if (property.type === "number" || property.type === "integer") return "number";
  if (property.type === "array") return isObject(property.items) ? "list" : "json";
  return property.type === "string" ? "text" : "json";
}

/** `"bodyType"`: `"Body type"`. */
function labelFrom(name: string): string {
  const spaced = name.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

/**
 * Whether a field is to be seen with this config. A field that a formula decides about is always seen; one that a hidden
 * field decides about never is.
 */
export function isShown(field: FormField, fields: readonly FormField[], config: Record<string, JsonValue>): boolean {
  if (!field.showWhen) return true;
  const other = fields.find((each) => each.name === field.showWhen?.field);
  if (other && !isShown(other, fields, config)) return false;
  const value = config[field.showWhen.field] ?? other?.default;
  if (isFormula(value)) return true;
  return field.showWhen.values.some((wanted) => toBoxText(wanted) === toBoxText(value));
}

export const isFormula = (value: JsonValue | undefined): value is string =>
  typeof value === "string" && value.includes("{{");

/** The text that stands for a value in a box that takes formulas. */
export function toBoxText(value: JsonValue | undefined): string {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : typeof value === "object" ? JSON.stringify(value, null, 2) : String(value);
}

/**
 * What a box's text means for a control: numbers become numbers, JSON that is an object or a list becomes one (its texts are still
 * formulas), an empty box is no value at all; everything else stays text, formulas included.
 */
export function fromBoxText(control: FieldControl, box: string): JsonValue | undefined {
  if (box === "") return undefined;
  if (control === "number" || control === "duration") {
    const number = Number(box.trim());
    return box.trim() !== "" && Number.isFinite(number) ? number : box;
  }
  if (control === "json" && /^\s*[[{]/.test(box) && !/^\s*\{\{/.test(box)) {
    try {
      return JSON.parse(box) as JsonValue;
    } catch {
      return box;
    }
  }
  return box;
}
