/**
 * Validation of Convex-encoded JSON against validators, with the messages of the Convex backend.
 *
 * Nearly every value is valid, so a validator is compiled once into a predicate that only answers yes or no; the path and
 * the message are worked out by a second walk when the answer was no.
 */
import { displayLiteral, displayValidator, displayValue } from "./display.ts";
import { decodeId } from "./ids.ts";
import { isJsonObject } from "./json.ts";
import type { ConvexJson, ConvexJsonObject, ValidatorJson } from "./json.ts";

/** The number of a table of the component whose ids are being checked, or undefined when it has no such table. */
export type TableNumbers = (name: string) => number | undefined;

/** The name of a table by its number; only for messages. */
export type TableNames = (tableNumber: number) => string | undefined;

export { documentProblem, jsonSize } from "./limits.ts";

type Predicate = (value: ConvexJson, tables: TableNumbers) => boolean;

const predicates = new WeakMap<ValidatorJson, Predicate>();

/**
 * Checks a value; null when it matches, else the backend's message, for example
 * `Value does not match validator.\nPath: .name\nValue: 1.0\nValidator: v.string()`.
 * The compiled form is cached per validator object: validators must not be changed after their first use.
 */
export function validateValue(
  validator: ValidatorJson,
  value: ConvexJson,
  tables: TableNumbers,
  tableNames?: TableNames,
): string | null {
  if (predicateFor(validator)(value, tables)) return null;
  return explain(validator, value, "", { tables, tableNames });
}

function predicateFor(validator: ValidatorJson): Predicate {
  let predicate = predicates.get(validator);
  if (predicate === undefined) {
    predicate = compile(validator);
    predicates.set(validator, predicate);
  }
  return predicate;
}

function compile(validator: ValidatorJson): Predicate {
  switch (validator.type) {
    case "any":
      return () => true;
    case "null":
      return (value) => value === null;
    case "number":
      return (value) => typeof value === "number" || hasEncoding(value, "$float");
    case "bigint":
      return (value) => hasEncoding(value, "$integer");
    case "commitTs":
      return (value) => hasEncoding(value, "$integer") || hasEncoding(value, "$commitTs");
    case "boolean":
      return (value) => typeof value === "boolean";
    case "string":
      return (value) => typeof value === "string";
    case "bytes":
      return (value) => hasEncoding(value, "$bytes");
    case "literal":
      return compileLiteral(validator.value);
    case "id":
      return compileId(validator.tableName);
    case "array": {
      const element = predicateFor(validator.value);
      return (value, tables) => Array.isArray(value) && value.every((item) => element(item, tables));
    }
    case "union": {
      const members = validator.value.map(predicateFor);
      return (value, tables) => members.some((member) => member(value, tables));
    }
    case "record":
      return compileRecord(validator);
    case "object":
      return compileObject(validator);
  }
}

function compileLiteral(literal: ConvexJson): Predicate {
  if (!isJsonObject(literal)) return (value) => Object.is(value, literal);
  const encoded = JSON.stringify(literal);
  return (value) => isJsonObject(value) && JSON.stringify(value) === encoded;
}

function compileId(tableName: string): Predicate {
  return (value, tables) => {
    if (typeof value !== "string") return false;
    const id = decodeId(value);
    return id !== null && id.tableNumber === tables(tableName);
  };
}

function compileRecord(validator: Extract<ValidatorJson, { type: "record" }>): Predicate {
  const key = predicateFor(validator.keys);
  const field = predicateFor(validator.values.fieldType);
  return (value, tables) => {
    if (!isPlainObject(value)) return false;
    return Object.keys(value).every((name) => key(name, tables) && field(value[name]!, tables));
  };
}

function compileObject(validator: Extract<ValidatorJson, { type: "object" }>): Predicate {
  const names = Object.keys(validator.value);
  const fields = names.map((name) => predicateFor(validator.value[name]!.fieldType));
  const optional = names.map((name) => validator.value[name]!.optional);
  return (value, tables) => {
    if (!isPlainObject(value)) return false;
    let present = 0;
    for (let index = 0; index < names.length; index += 1) {
      const name = names[index]!;
      if (!Object.hasOwn(value, name)) {
        if (!optional[index]) return false;
        continue;
      }
      present += 1;
      if (!fields[index]!(value[name]!, tables)) return false;
    }
    return Object.keys(value).length === present;
  };
}

interface ExplainScope {
  tables: TableNumbers;
  tableNames: TableNames | undefined;
}

/** The message for a value that may not match; null when this part of it does. */
function explain(validator: ValidatorJson, value: ConvexJson, path: string, scope: ExplainScope): string | null {
  switch (validator.type) {
    case "literal":
      if (predicateFor(validator)(value, scope.tables)) return null;
      return `\`${displayValue(value)}\` does not match literal validator \`v.literal(${displayLiteral(validator.value)})\`.${context(path)}`;
    case "id":
      return explainId(validator, value, path, scope);
    case "array":
      if (!Array.isArray(value)) return noMatch(validator, value, path);
      return firstMessage(value, (item, index) => explain(validator.value, item, `${path}[${index}]`, scope));
    case "record":
      if (!isPlainObject(value)) return noMatch(validator, value, path);
      return firstMessage(Object.keys(value).sort(), (name) => {
        const wrongKey = explain(validator.keys, name, `${path}.keys()`, scope);
        return wrongKey ?? explain(validator.values.fieldType, value[name]!, `${path}.values()`, scope);
      });
    case "object":
      if (!isPlainObject(value)) return noMatch(validator, value, path);
      return explainObject(validator, value, path, scope);
    case "union": {
      const [only, ...others] = validator.value;
      if (only !== undefined && others.length === 0) return explain(only, value, path, scope);
      return predicateFor(validator)(value, scope.tables) ? null : noMatch(validator, value, path);
    }
    default:
      return predicateFor(validator)(value, scope.tables) ? null : noMatch(validator, value, path);
  }
}

function explainId(
  validator: Extract<ValidatorJson, { type: "id" }>,
  value: ConvexJson,
  path: string,
  scope: ExplainScope,
): string | null {
  const id = typeof value === "string" ? decodeId(value) : null;
  const found = id === null ? undefined : scope.tableNames?.(id.tableNumber);
  if (id !== null && id.tableNumber === scope.tables(validator.tableName)) return null;
  if (id === null || found === undefined) return noMatch(validator, value, path);
  const expected = `which does not match the table name in validator \`v.id("${validator.tableName}")\`.${context(path)}`;
  const from = found.startsWith("_") ? "a system table" : `table \`${found}\``;
  return `Found ID "${value as string}" from ${from}, ${expected}`;
}

function explainObject(
  validator: Extract<ValidatorJson, { type: "object" }>,
  value: ConvexJsonObject,
  path: string,
  scope: ExplainScope,
): string | null {
  const details = () => `\n${context(path)}\nObject: ${displayValue(value)}\nValidator: ${displayValidator(validator)}`;
  for (const name of Object.keys(validator.value).sort()) {
    const field = validator.value[name]!;
    if (Object.hasOwn(value, name)) {
      const message = explain(field.fieldType, value[name]!, `${path}.${name}`, scope);
      if (message !== null) return message;
    } else if (!field.optional) {
      return `Object is missing the required field \`${name}\`. Consider wrapping the field validator in \`v.optional(...)\` if this is expected.${details()}`;
    }
  }
  const extra = Object.keys(value)
    .sort()
    .find((name) => !Object.hasOwn(validator.value, name));
  if (extra === undefined) return null;
  return `Object contains extra field \`${extra}\` that is not in the validator.${details()}`;
}

function firstMessage<Item>(items: readonly Item[], message: (item: Item, index: number) => string | null) {
  for (let index = 0; index < items.length; index += 1) {
    const text = message(items[index]!, index);
    if (text !== null) return text;
  }
  return null;
}

function noMatch(validator: ValidatorJson, value: ConvexJson, path: string): string {
  const details = `Value: ${displayValue(value)}\nValidator: ${displayValidator(validator)}`;
  return `Value does not match validator.\n${context(path)}\n${details}`;
}

function context(path: string): string {
  return path === "" ? "" : `Path: ${path}`;
}

function hasEncoding(value: ConvexJson, key: string): boolean {
  return isJsonObject(value) && Object.hasOwn(value, key);
}

/** An object of the user's, as opposed to an encoded scalar. Their own fields never begin with `$`. */
function isPlainObject(value: ConvexJson): value is ConvexJsonObject {
  if (!isJsonObject(value)) return false;
  return !(
    Object.hasOwn(value, "$integer") ||
    Object.hasOwn(value, "$float") ||
    Object.hasOwn(value, "$bytes") ||
    Object.hasOwn(value, "$commitTs")
  );
}
