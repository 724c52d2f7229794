/**
 * Checks JSON from strangers against a JSON Schema. An own reading of draft 2020-12's assertions, because a schema's patterns
 * must run in linear time and nothing may be generated as code. Keywords that would be left unchecked are refused when the
 * schema is compiled, so that nobody relies on them.
 */
import { getCompilePattern } from "#regexEngine";
import type { JsonValue } from "../definition/schema.ts";

export interface BodyFault {
  /** `body.items[2].sku`. */
  field: string;
  /** Goes on from the field: "must be a number". */
  message: string;
}

/** The first thing that is wrong with a body, or null. */
export type BodyCheck = (body: JsonValue) => BodyFault | null;

export type CompiledSchema = { ok: true; check: BodyCheck } | { ok: false; message: string };

type Schema = Record<string, unknown>;
type Test = (value: JsonValue, field: string) => BodyFault | null;

const MAX_DEPTH = 64;
/** JSON is at most 200 levels deep when it comes here. */
const MAX_NESTED_REFERENCES = 500;

/** Compiles a JSON Schema; `message` says what in it cannot be used. */
export function compileBodySchema(schema: unknown): CompiledSchema {
  try {
    const test = new SchemaCompiler(schema).compile(schema, "", 0);
    return { ok: true, check: (body) => test(body, "body") };
  } catch (error) {
    if (error instanceof SchemaError) return { ok: false, message: error.message };
    throw error;
  }
}

class SchemaError extends Error {}

const annotations = new Set(
  "$schema $id $comment $defs definitions title description default examples deprecated readOnly writeOnly format $anchor contentEncoding contentMediaType".split(
    " ",
  ),
);
const assertions = new Set(
  "type enum const properties required additionalProperties minProperties maxProperties items prefixItems minItems maxItems uniqueItems minLength maxLength pattern minimum maximum exclusiveMinimum exclusiveMaximum multipleOf anyOf oneOf allOf not $ref".split(
    " ",
  ),
);

const isObject = (value: unknown): value is Schema =>
  typeof value === "object" && value !== null && !Array.isArray(value);

class SchemaCompiler {
  private readonly root: unknown;
  private readonly references = new Map<string, { test?: Test }>();

  constructor(root: unknown) {
    this.root = root;
  }

  compile(schema: unknown, place: string, depth: number): Test {
    if (schema === true) return () => null;
    if (schema === false) return (_value, field) => ({ field, message: "is not allowed" });
    if (!isObject(schema)) throw new SchemaError(`The schema${place && ` at ${place}`} is not an object.`);
    if (depth > MAX_DEPTH) throw new SchemaError(`The schema is nested more than ${MAX_DEPTH} levels deep.`);
    const tests: Test[] = [];
    for (const [keyword, argument] of Object.entries(schema)) {
      if (annotations.has(keyword) || keyword.startsWith("x-")) continue;
      if (!assertions.has(keyword)) throw new SchemaError(`The schema uses "${keyword}", which is not supported.`);
      const here = place === "" ? keyword : `${place}.${keyword}`;
      const test = this.assertion(keyword, argument, { schema, place: here, depth: depth + 1 });
      if (test) tests.push(test);
    }
    return all(tests);
  }

  private assertion(keyword: string, argument: unknown, at: { schema: Schema; place: string; depth: number }) {
    const { schema, place, depth } = at;
    switch (keyword) {
      case "type":
        return typeTest(argument, place);
      case "enum":
        return choiceTest(listOf(argument, place));
      case "const":
        return choiceTest([argument]);
      case "properties":
        return this.propertiesTest(argument, place, depth);
      case "required":
        return requiredTest(listOf(argument, place).map(String));
      case "additionalProperties":
        return this.additionalTest(schema, argument, place, depth);
      case "items":
        return this.itemsTest(schema, argument, place, depth);
      case "prefixItems":
        return this.prefixTest(listOf(argument, place), place, depth);
      case "anyOf":
      case "oneOf":
      case "allOf":
        return combine(
          keyword,
          listOf(argument, place).map((part, index) => this.compile(part, `${place}[${index}]`, depth)),
        );
      case "not": {
        const test = this.compile(argument, place, depth);
        return (value: JsonValue, field: string) => (test(value, field) ? null : { field, message: "is not allowed" });
      }
      case "$ref":
        return this.reference(argument, depth);
      default:
        return limitTest(keyword, argument, place);
    }
  }

  private propertiesTest(argument: unknown, place: string, depth: number): Test {
    if (!isObject(argument)) throw new SchemaError(`${place} is not an object.`);
    const tests = Object.entries(argument).map(
      ([name, part]) => [name, this.compile(part, `${place}.${name}`, depth)] as const,
    );
    return (value, field) => {
      if (!isRecord(value)) return null;
      for (const [name, test] of tests) {
        const fault = Object.hasOwn(value, name) ? test(value[name]!, join(field, name)) : null;
        if (fault) return fault;
      }
      return null;
    };
  }

  private additionalTest(schema: Schema, argument: unknown, place: string, depth: number): Test {
    const known = isObject(schema.properties) ? schema.properties : {};
    const test = this.compile(argument, place, depth);
    return (value, field) => {
      if (!isRecord(value)) return null;
      for (const [name, item] of Object.entries(value)) {
        const fault = Object.hasOwn(known, name) ? null : test(item, join(field, name));
        if (fault) return fault;
      }
      return null;
    };
  }

  private itemsTest(schema: Schema, argument: unknown, place: string, depth: number): Test {
    const from = Array.isArray(schema.prefixItems) ? schema.prefixItems.length : 0;
    const test = this.compile(argument, place, depth);
    return (value, field) =>
      Array.isArray(value) ? first(value.slice(from), (item, index) => test(item, `${field}[${from + index}]`)) : null;
  }

  private prefixTest(parts: unknown[], place: string, depth: number): Test {
    const tests = parts.map((part, index) => this.compile(part, `${place}[${index}]`, depth));
    return (value, field) =>
      Array.isArray(value)
        ? first(value.slice(0, tests.length), (item, index) => tests[index]!(item, `${field}[${index}]`))
        : null;
  }

  /** `#`, `#/$defs/name` or `#/definitions/name`, also to a schema that holds the reference. */
  private reference(argument: unknown, depth: number): Test {
    const path = typeof argument === "string" ? argument : "";
    let entry = this.references.get(path);
    if (!entry) {
      entry = {};
      this.references.set(path, entry);
      entry.test = this.compile(this.target(path), path, depth);
    }
    const found = entry;
    let nested = 0;
    return (value, field) => {
      // A schema may refer to itself without going deeper into the value.
      if (++nested > MAX_NESTED_REFERENCES) {
        nested = 0;
        return { field, message: "cannot be checked: the schema goes in circles" };
      }
      const fault = found.test ? found.test(value, field) : null;
      nested = Math.max(0, nested - 1);
      return fault;
    };
  }

  private target(path: string): unknown {
    if (path === "#") return this.root;
    const [, group = "", name = ""] = /^#\/(\$defs|definitions)\/([^/]+)$/.exec(path) ?? [];
    const definitions = isObject(this.root) ? this.root[group] : undefined;
    if (isObject(definitions) && Object.hasOwn(definitions, name)) return definitions[name];
    throw new SchemaError(`The schema refers to "${path.slice(0, 80)}", which it does not hold.`);
  }
}

const isRecord = (value: JsonValue): value is Record<string, JsonValue> => isObject(value);
const join = (field: string, name: string): string =>
  /^[A-Za-z_$][\w$-]*$/.test(name) ? `${field}.${name}` : `${field}[${JSON.stringify(name.slice(0, 60))}]`;

function all(tests: readonly Test[]): Test {
  return (value, field) => first(tests, (test) => test(value, field));
}

function first<Item>(items: readonly Item[], test: (item: Item, index: number) => BodyFault | null): BodyFault | null {
  for (const [index, item] of items.entries()) {
    const fault = test(item, index);
    if (fault) return fault;
  }
  return null;
}

function listOf(argument: unknown, place: string): unknown[] {
  if (Array.isArray(argument)) return argument;
  throw new SchemaError(`${place} is not a list.`);
}

const typeNames: Record<string, string> = {
  string: "a text",
  number: "a number",
  integer: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  null: "null",
};

function typeTest(argument: unknown, place: string): Test {
  const types = (Array.isArray(argument) ? argument : [argument]).map(String);
  const unknown = types.find((type) => !Object.hasOwn(typeNames, type));
  if (unknown !== undefined) throw new SchemaError(`${place} names the type "${unknown}", which does not exist.`);
  const message = `must be ${types.map((type) => typeNames[type]).join(" or ")}`;
  return (value, field) => (types.some((type) => isOfType(type, value)) ? null : { field, message });
}

function isOfType(type: string, value: JsonValue): boolean {
  if (type === "null") return value === null;
  if (type === "array") return Array.isArray(value);
  if (type === "object") return isRecord(value);
  if (type === "integer") return Number.isInteger(value);
  return typeof value === type;
}

function choiceTest(choices: unknown[]): Test {
  const texts = new Set(choices.map((choice) => stable(choice)));
  const listed = choices.slice(0, 8).map((choice) => JSON.stringify(choice)?.slice(0, 40));
  const message = `must be ${listed.join(" or ")}`;
  return (value, field) => (texts.has(stable(value)) ? null : { field, message });
}

/** Equal for equal JSON, whatever the order of keys. */
function stable(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(stable).join(",")}]`;
  if (!isObject(value)) return JSON.stringify(value) ?? "null";
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${stable(item)}`).join(",")}}`;
}

function requiredTest(names: string[]): Test {
  return (value, field) => {
    if (!isRecord(value)) return null;
    const missing = names.find((name) => !Object.hasOwn(value, name));
    return missing === undefined ? null : { field: join(field, missing), message: "is missing" };
  };
}

function combine(keyword: "anyOf" | "oneOf" | "allOf", tests: Test[]): Test {
  if (keyword === "allOf") return all(tests);
  return (value, field) => {
    const faults = tests.map((test) => test(value, field));
    const fitting = faults.filter((fault) => fault === null).length;
    if (keyword === "oneOf" ? fitting === 1 : fitting > 0) return null;
    if (fitting > 1) return { field, message: "fits more than one of the allowed forms" };
    // A fault further inside means that this form was probably meant.
    return faults.find((fault) => fault && fault.field !== field) ?? faults[0] ?? { field, message: "is not allowed" };
  };
}

/** The keywords that hold a number or a pattern. */
function limitTest(keyword: string, argument: unknown, place: string): Test | null {
  if (keyword === "pattern") return patternTest(argument, place);
  if (keyword === "uniqueItems") return argument === true ? uniqueTest : null;
  if (typeof argument !== "number") throw new SchemaError(`${place} is not a number.`);
  const limit = argument;
  const { of, fits, words } = limits[keyword]!;
  return (value, field) => {
    const size = of(value);
    return size === null || fits(size, limit) ? null : { field, message: words(limit) };
  };
}

interface Limit {
  of: (value: JsonValue) => number | null;
  fits: (size: number, limit: number) => boolean;
  words: (limit: number) => string;
}

const number = (value: JsonValue) => (typeof value === "number" ? value : null);
/** JSON Schema counts characters, not UTF-16 units. */
const length = (value: JsonValue) => (typeof value === "string" ? [...value].length : null);
const count = (value: JsonValue) => (Array.isArray(value) ? value.length : null);
const fields = (value: JsonValue) => (isRecord(value) ? Object.keys(value).length : null);
const atLeast = (size: number, limit: number) => size >= limit;
const atMost = (size: number, limit: number) => size <= limit;

const limits: Record<string, Limit> = {
  minimum: { of: number, fits: atLeast, words: (limit) => `must be at least ${limit}` },
  maximum: { of: number, fits: atMost, words: (limit) => `must be at most ${limit}` },
  exclusiveMinimum: { of: number, fits: (size, limit) => size > limit, words: (limit) => `must be more than ${limit}` },
  exclusiveMaximum: { of: number, fits: (size, limit) => size < limit, words: (limit) => `must be less than ${limit}` },
  multipleOf: {
    of: number,
    fits: (size, limit) => Math.abs(size / limit - Math.round(size / limit)) < 1e-9,
    words: (limit) => `must be a multiple of ${limit}`,
  },
  minLength: { of: length, fits: atLeast, words: (limit) => `needs ${limit} or more characters` },
  maxLength: { of: length, fits: atMost, words: (limit) => `may have ${limit} characters at most` },
  minItems: { of: count, fits: atLeast, words: (limit) => `needs ${limit} or more items` },
  maxItems: { of: count, fits: atMost, words: (limit) => `may have ${limit} items at most` },
  minProperties: { of: fields, fits: atLeast, words: (limit) => `needs ${limit} or more fields` },
  maxProperties: { of: fields, fits: atMost, words: (limit) => `may have ${limit} fields at most` },
};

const uniqueTest: Test = (value, field) =>
  Array.isArray(value) && new Set(value.map(stable)).size < value.length
    ? { field, message: "holds an item twice" }
    : null;

const MAX_PATTERN_CHARACTERS = 500;

function patternTest(argument: unknown, place: string): Test {
  if (typeof argument !== "string" || argument.length > MAX_PATTERN_CHARACTERS) {
    throw new SchemaError(`${place} is not a pattern of ${MAX_PATTERN_CHARACTERS} characters at most.`);
  }
  const compile = getCompilePattern();
  // In the browser the engine may not be loaded yet; publishing checks the pattern in any case.
  if (!compile) return () => null;
  let pattern: ReturnType<typeof compile>;
  try {
    pattern = compile(argument, { ignoreCase: false, multiline: false, dotAll: false });
  } catch (error) {
    throw new SchemaError(`${place} is not a valid pattern: ${error instanceof Error ? error.message : "?"}`);
  }
  const ignoreCost = () => undefined;
  return (value, field) =>
    typeof value !== "string" || pattern.read(value, ignoreCost).test()
      ? null
      : { field, message: "is not written as expected" };
}

const MAX_SAMPLE_DEPTH = 20;

/** A schema that a sample fits: its fields by type, all of them required; lists by the first item. */
export function schemaOfSample(value: JsonValue, depth = 0): Record<string, JsonValue> {
  if (value === null || depth > MAX_SAMPLE_DEPTH) return {};
  if (Array.isArray(value)) {
    return { type: "array", ...(value.length > 0 && { items: schemaOfSample(value[0]!, depth + 1) }) };
  }
  if (!isRecord(value)) return { type: typeof value };
  const entries = Object.entries(value).map(([name, item]) => [name, schemaOfSample(item, depth + 1)] as const);
  const required = Object.keys(value).filter((name) => value[name] !== null);
  return { type: "object", properties: Object.fromEntries(entries), required };
}
