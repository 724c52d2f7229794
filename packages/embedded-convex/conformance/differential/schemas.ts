/** Generated schemas: as plain data, as validators of convex/values, and as what convex-test needs for its mistakes. */
import { defineSchema, defineTable, type GenericSchema, type SchemaDefinition } from "convex/server";
import { type GenericValidator, v, type Value } from "convex/values";

/** A validator as plain data. */
export type ValidatorSpec =
  | { kind: "any" | "null" | "boolean" | "string" | "number" | "int64" | "bytes" }
  | { kind: "literal"; value: string | number | bigint | boolean }
  | { kind: "id"; table: string }
  | { kind: "array"; element: ValidatorSpec }
  | { kind: "record"; keys: "string" | "id"; keyTable: string; values: ValidatorSpec }
  | { kind: "union"; members: ValidatorSpec[] }
  | ObjectSpec;

/** An object validator. */
export interface ObjectSpec {
  kind: "object";
  fields: { name: string; optional: boolean; validator: ValidatorSpec }[];
}

/** A table. Its document is anything, one object, or one of several. */
export interface TableSpec {
  name: string;
  document: { kind: "any" } | ObjectSpec | { kind: "union"; members: ObjectSpec[] };
  indexes: IndexSpec[];
}

export interface IndexSpec {
  name: string;
  fields: string[];
}

/** The schema of a case, with all tables' names prefixed. `weakened`: as convex-test has to see it, see `matches`. */
export function schemaOf(
  tables: readonly TableSpec[],
  prefix: string,
  weakened: boolean,
): SchemaDefinition<GenericSchema, boolean> {
  const entries = tables.map(({ name, document, indexes }) => {
    const table = defineTable(validatorOf(document, prefix, weakened) as never);
    for (const index of indexes) table.index(index.name, index.fields as never);
    return [prefix + name, table] as const;
  });
  return defineSchema(Object.fromEntries(entries));
}

function validatorOf(spec: ValidatorSpec, prefix: string, weakened: boolean): GenericValidator {
  const inner = (part: ValidatorSpec) => validatorOf(part, prefix, weakened);
  switch (spec.kind) {
    case "literal":
      return weakened && typeof spec.value === "bigint" ? v.int64() : v.literal(spec.value);
    case "id":
      return v.id(prefix + spec.table);
    case "array":
      return v.array(inner(spec.element) as never);
    case "record":
      return v.record(
        (spec.keys === "id" ? v.id(prefix + spec.keyTable) : v.string()) as never,
        inner(spec.values) as never,
      );
    case "union":
      return v.union(...(spec.members.map(inner) as never[]));
    case "object":
      return v.object(
        Object.fromEntries(
          spec.fields.map(({ name, optional, validator }) => {
            const field = inner(validator);
            return [name, optional ? v.optional(field as never) : field];
          }),
        ),
      );
    default:
      return v[spec.kind]() as GenericValidator;
  }
}

/**
 * Whether convex-test is no reference for a validator: it accepts anything for a record, and refuses everything for a literal
 * int64, which it compares with its JSON encoding.
 */
export function isBeyondConvexTest(spec: ValidatorSpec): boolean {
  switch (spec.kind) {
    case "record":
      return true;
    case "literal":
      return typeof spec.value === "bigint";
    case "array":
      return isBeyondConvexTest(spec.element);
    case "union":
      return spec.members.some(isBeyondConvexTest);
    case "object":
      return spec.fields.some(({ validator }) => isBeyondConvexTest(validator));
    default:
      return false;
  }
}

/** Whether a value matches, by the backend's rules. `tableOf` gives the (unprefixed) table of an id. */
export function matches(
  spec: ValidatorSpec,
  value: Value | undefined,
  tableOf: (id: string) => string | null,
): boolean {
  if (value === undefined) return false;
  const inner = (part: ValidatorSpec, item: Value | undefined) => matches(part, item, tableOf);
  switch (spec.kind) {
    case "any":
      return true;
    case "null":
      return value === null;
    case "boolean":
    case "string":
    case "number":
      return typeof value === spec.kind;
    case "int64":
      return typeof value === "bigint";
    case "bytes":
      return value instanceof ArrayBuffer;
    case "literal":
      return value === spec.value;
    case "id":
      return typeof value === "string" && tableOf(value) === spec.table;
    case "array":
      return Array.isArray(value) && value.every((item) => inner(spec.element, item));
    case "union":
      return spec.members.some((member) => inner(member, value));
    case "record":
      return isPlainObject(value) && recordMatches(spec, value, inner, tableOf);
    case "object":
      return isPlainObject(value) && objectMatches(spec, value, inner);
  }
}

function recordMatches(
  { keys, keyTable, values }: Extract<ValidatorSpec, { kind: "record" }>,
  value: Record<string, Value>,
  inner: (part: ValidatorSpec, item: Value | undefined) => boolean,
  tableOf: (id: string) => string | null,
): boolean {
  const present = Object.entries(value).filter(([, item]) => item !== undefined);
  return present.every(([name, item]) => (keys === "string" || tableOf(name) === keyTable) && inner(values, item));
}

function objectMatches(
  { fields }: ObjectSpec,
  value: Record<string, Value>,
  inner: (part: ValidatorSpec, item: Value | undefined) => boolean,
): boolean {
  const present = Object.keys(value).filter((name) => value[name] !== undefined);
  if (present.some((name) => !fields.some((field) => field.name === name))) return false;
  return fields.every(({ name, optional, validator }) => {
    return value[name] === undefined ? optional : inner(validator, value[name]);
  });
}

function isPlainObject(value: Value): value is Record<string, Value> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof ArrayBuffer);
}
