import type { JsonValue } from "./schema.ts";

/** A JSON Schema as `z.toJSONSchema` writes it, with the form keywords of the manifest. */
export type InputSchema = Record<string, unknown>;

/** A config value that cannot be right whatever the formulas give. */
export interface ConfigFault {
  code: "required_missing" | "wrong_type" | "wrong_value" | "unknown_field";
  path: (string | number)[];
  message: string;
  fix: string;
}

/**
 * Checks the literal parts of a config against an input schema: the subset of JSON Schema 2020-12 that zod writes. Texts
 * with formulas are skipped; fields that `x-showWhen` hides are not looked at. Texts that write a number or a
 * boolean are accepted for these types, as they are when an operation's input is read.
 */
export function checkConfig(schema: InputSchema, config: Record<string, JsonValue>): ConfigFault[] {
  const checker = new ConfigChecker(schema);
  checker.checkObject(schema, config, []);
  return checker.faults;
}

/** Top-level fields whose texts take no formulas (`x-literal`). */
export const literalFieldsOf = (schema: InputSchema): string[] =>
  Object.entries(propertiesOf(schema)).flatMap(([name, property]) => (property["x-literal"] === true ? [name] : []));

/** Whether a text holds a formula, so that its value is not known before the run. */
export const hasFormula = (value: JsonValue | undefined): boolean => typeof value === "string" && value.includes("{{");

const isSchema = (value: unknown): value is InputSchema =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The properties of an object schema, by name. */
export const propertiesOf = (schema: InputSchema): Record<string, InputSchema> =>
  isSchema(schema.properties) ? (schema.properties as Record<string, InputSchema>) : {};

class ConfigChecker {
  readonly faults: ConfigFault[] = [];
  private readonly root: InputSchema;

  constructor(root: InputSchema) {
    this.root = root;
  }

  checkObject(schema: InputSchema, value: Record<string, JsonValue>, path: (string | number)[]): void {
    const properties = propertiesOf(schema);
    const required = new Set(Array.isArray(schema.required) ? (schema.required as string[]) : []);
    for (const [name, property] of Object.entries(properties)) {
      if (visibility(property, properties, value) === "hidden") continue;
      const given = Object.hasOwn(value, name) ? value[name] : undefined;
      if (isAbsent(given, this.resolve(property))) {
        const mustBeThere = required.has(name) && property.default === undefined;
        if (mustBeThere && visibility(property, properties, value) === "shown")
          this.reportMissing(property, [...path, name]);
      } else {
        this.checkValue(property, given, [...path, name]);
      }
    }
    if (schema.additionalProperties === undefined) return;
    for (const name of Object.keys(value)) {
      if (Object.hasOwn(properties, name)) continue;
      if (isSchema(schema.additionalProperties))
        this.checkValue(schema.additionalProperties, value[name]!, [...path, name]);
      else if (schema.additionalProperties === false) this.reportUnknown(name, path);
    }
  }

  private checkValue(given: InputSchema, value: JsonValue, path: (string | number)[]): void {
    const schema = this.resolve(given);
    if (hasFormula(value) && schema["x-literal"] !== true) return;
    const alternatives = schema.anyOf ?? schema.oneOf;
    if (Array.isArray(alternatives)) return this.checkAlternatives(schema, alternatives as InputSchema[], value, path);
    if (Array.isArray(schema.allOf))
      for (const part of schema.allOf as InputSchema[]) this.checkValue(part, value, path);
    if (!this.checkChoice(schema, value, path)) return;
    const types = typesOf(schema);
    if (types.length > 0 && !types.some((type) => fitsType(type, value)))
      return this.reportType(schema, types, value, path);
    this.checkContent(schema, types, value, path);
  }

  private checkContent(schema: InputSchema, types: string[], value: JsonValue, path: (string | number)[]): void {
    if (types.includes("number") || types.includes("integer")) this.checkRange(schema, Number(value), path);
    if (types.includes("string") && typeof value === "string") this.checkText(schema, value, path);
    if (types.includes("array") && Array.isArray(value)) this.checkItems(schema, value, path);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) this.checkObject(schema, value, path);
  }

  private checkAlternatives(
    schema: InputSchema,
    alternatives: InputSchema[],
    value: JsonValue,
    path: (string | number)[],
  ): void {
    let closest: ConfigFault[] | null = null;
    for (const alternative of alternatives) {
      const before = this.faults.length;
      this.checkValue(alternative, value, path);
      const faults = this.faults.splice(before);
      if (faults.length === 0) return;
      // Faults further inside mean that this alternative was probably meant.
      if (faults.every((fault) => fault.path.length > path.length)) closest ??= faults;
    }
    if (closest) this.faults.push(...closest);
    else
      this.report("wrong_type", path, `${labelOf(schema, path)} does not accept this value.`, "Choose another value.");
  }

  /** False when the value is not among the choices: then its type is not worth mentioning. */
  private checkChoice(schema: InputSchema, value: JsonValue, path: (string | number)[]): boolean {
    const choices = Array.isArray(schema.enum) ? schema.enum : schema.const === undefined ? null : [schema.const];
    if (!choices || choices.some((choice) => isSameChoice(choice, value))) return true;
    const listed = choices.slice(0, 12).map(String).join(", ");
    const label = labelOf(schema, path);
    this.report("wrong_value", path, `${label} must be one of: ${listed}.`, "Choose one of them or map a value.");
    return false;
  }

  private checkRange(schema: InputSchema, number: number, path: (string | number)[]): void {
    const label = labelOf(schema, path);
    const report = (message: string) => this.report("wrong_value", path, `${label} ${message}.`, "Change the number.");
    if (typeof schema.minimum === "number" && number < schema.minimum) report(`must be at least ${schema.minimum}`);
    else if (typeof schema.exclusiveMinimum === "number" && number <= schema.exclusiveMinimum) {
      report(`must be more than ${schema.exclusiveMinimum}`);
    }
    if (typeof schema.maximum === "number" && number > schema.maximum) report(`must be at most ${schema.maximum}`);
    else if (typeof schema.exclusiveMaximum === "number" && number >= schema.exclusiveMaximum) {
      report(`must be less than ${schema.exclusiveMaximum}`);
    }
  }

  private checkText(schema: InputSchema, text: string, path: (string | number)[]): void {
    const label = labelOf(schema, path);
    const report = (message: string) => this.report("wrong_value", path, `${label} ${message}.`, "Change the text.");
    if (typeof schema.minLength === "number" && text.length < schema.minLength) {
      report(`needs ${schema.minLength} or more characters`);
    }
    if (typeof schema.maxLength === "number" && text.length > schema.maxLength) {
      report(`may have ${schema.maxLength} characters at most`);
    }
    if (typeof schema.pattern === "string" && !new RegExp(schema.pattern, "u").test(text))
      report("is not written as expected");
  }

  private checkItems(schema: InputSchema, items: JsonValue[], path: (string | number)[]): void {
    const label = labelOf(schema, path);
    const report = (message: string) =>
      this.report("wrong_value", path, `${label} ${message}.`, "Add or remove items.");
    if (typeof schema.minItems === "number" && items.length < schema.minItems)
      report(`needs ${schema.minItems} or more items`);
    if (typeof schema.maxItems === "number" && items.length > schema.maxItems) {
      report(`may have ${schema.maxItems} items at most`);
    }
    if (!isSchema(schema.items)) return;
    for (const [index, item] of items.entries()) this.checkValue(schema.items, item, [...path, index]);
  }

  /** Follows `$ref` to `$defs`; a schema that cannot be found accepts anything. */
  private resolve(schema: InputSchema): InputSchema {
    let current = schema;
    for (let hops = 0; typeof current.$ref === "string" && hops < 20; hops++) {
      if (current.$ref === "#") current = this.root;
      else {
        const name = /^#\/(?:\$defs|definitions)\/([^/]+)$/.exec(current.$ref)?.[1];
        const definitions = this.root.$defs ?? this.root.definitions;
        const found: unknown = name !== undefined && isSchema(definitions) ? definitions[name] : undefined;
        current = isSchema(found) ? found : {};
      }
    }
    return current;
  }

  private reportMissing(property: InputSchema, path: (string | number)[]): void {
    const label = labelOf(property, path);
    this.report("required_missing", path, `${label} is required.`, `Fill in ${label}.`);
  }

  private reportUnknown(name: string, path: (string | number)[]): void {
    this.report("unknown_field", [...path, name], `There is no field "${name}".`, "Remove it.");
  }

  private reportType(schema: InputSchema, types: string[], value: JsonValue, path: (string | number)[]): void {
    const label = labelOf(schema, path);
    const wanted = types.map((type) => typeLabels[type] ?? type).join(" or ");
    const message = `${label} must be ${wanted}, but it is ${describe(value)}.`;
    this.report("wrong_type", path, message, "Change the value or map one with a formula.");
  }

  private report(code: ConfigFault["code"], path: (string | number)[], message: string, fix: string): void {
    this.faults.push({ code, path, message, fix });
  }
}

const scalarText = (value: unknown): string | undefined =>
  typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;

/** Choices are compared as text and regardless of case, as they are when an operation's input is read. */
function isSameChoice(choice: unknown, value: unknown): boolean {
  const text = scalarText(value);
  return choice === value || (text !== undefined && scalarText(choice)?.toLowerCase() === text.trim().toLowerCase());
}

const typeLabels: Record<string, string> = {
  string: "text",
  number: "a number",
  integer: "a whole number",
  boolean: "yes or no",
  array: "a list",
  object: "an object",
  null: "empty",
};

const typesOf = (schema: InputSchema): string[] =>
  Array.isArray(schema.type) ? (schema.type as string[]) : typeof schema.type === "string" ? [schema.type] : [];

/** Nothing, null where it is not allowed, and a cleared form field count as not given. */
function isAbsent(value: JsonValue | undefined, schema: InputSchema): value is undefined {
  if (value === undefined) return true;
  const types = typesOf(schema);
  if (value === null) return types.length > 0 && !types.includes("null");
  if (value !== "") return false;
  const isText = types.includes("string") && schema.enum === undefined && schema.minLength === undefined;
  return types.length > 0 && !isText;
}

/** A field that depends on a formula may be shown or not. */
function visibility(
  property: InputSchema,
  siblings: Record<string, InputSchema>,
  value: Record<string, JsonValue>,
): "shown" | "hidden" | "unknown" {
  const condition = property["x-showWhen"];
  if (!isSchema(condition) || typeof condition.field !== "string" || !Array.isArray(condition.values)) return "shown";
  const { field } = condition;
  const other = Object.hasOwn(value, field) ? value[field] : (siblings[field]?.default as JsonValue | undefined);
  if (hasFormula(other)) return "unknown";
  return condition.values.some((wanted) => isSameChoice(wanted, other)) ? "shown" : "hidden";
}

function fitsType(type: string, value: JsonValue): boolean {
  switch (type) {
    case "string":
      return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
    case "number":
      return isNumeric(value);
    case "integer":
      return isNumeric(value) && Number.isInteger(Number(value));
    case "boolean":
      return typeof value === "boolean" || /^(true|false|1|0)$/i.test(scalarText(value)?.trim() ?? "");
    case "array":
      // One value is read as a list of one; an object is almost certainly a mistake.
      return Array.isArray(value) || typeof value !== "object";
    case "object":
      return typeof value === "object" && value !== null && !Array.isArray(value);
    case "null":
      return value === null;
    default:
      return true;
  }
}

const isNumeric = (value: JsonValue): boolean =>
  typeof value === "number" || (typeof value === "string" && value.trim() !== "" && Number.isFinite(Number(value)));

function describe(value: JsonValue): string {
  if (value === null) return "empty";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "an object";
  return typeof value === "string" ? `the text "${value.slice(0, 40)}"` : `${value}`;
}

/** The field's title, or its name in quotes. */
function labelOf(schema: InputSchema, path: (string | number)[]): string {
  if (typeof schema.title === "string" && schema.title !== "") return schema.title;
  const name = path.findLast((key) => typeof key === "string");
  return name === undefined ? "The value" : `"${name}"`;
}
