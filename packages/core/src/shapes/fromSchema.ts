import type { JsonValue } from "../definition/schema.ts";
import {
  anyShape,
  boolean,
  date,
  listOf,
  nothing,
  number,
  text,
  unite,
  type ObjectShape,
  type Shape,
} from "./shape.ts";

export type JsonSchema = Record<string, unknown>;

/** How deep schemas are followed; what lies deeper may be anything. */
const MAX_DEPTH = 10;

/** Shapes for the keywords by which an output's schema refers to the node's config; see `outputKeywords`. */
export interface ConfigShapes {
  /** The shape that a field of the config has. */
  valueOf(field: string): Shape;
  /** Names and shapes of the rows of a config field of names and values. `null` where the names are not known. */
  rowsOf(field: string): Map<string, Shape> | null;
  /** The text that a field of the config holds, or its default; `undefined` where that is not known before the run. */
  textOf(field: string): string | undefined;
  /** Names and shapes of what the form in a config field asks for. */
  formOf(field: string): Map<string, Shape>;
}

/** The shape of what fits a JSON Schema: the subset of draft 2020-12 that zod writes. */
export function shapeOfSchema(schema: JsonSchema, config?: ConfigShapes): Shape {
  return new SchemaReader(schema, config).read(schema, 0);
}

class SchemaReader {
  private readonly root: JsonSchema;
  private readonly config: ConfigShapes | undefined;

  constructor(root: JsonSchema, config: ConfigShapes | undefined) {
    this.root = root;
    this.config = config;
  }

  read(given: JsonSchema, depth: number): Shape {
    if (depth > MAX_DEPTH) return anyShape;
    const schema = this.resolve(given);
    const follows = this.readKeywords(schema);
    if (follows) return follows;
    if ("const" in schema) return choiceShape([schema.const as JsonValue]);
    if (Array.isArray(schema.enum)) return choiceShape(schema.enum as JsonValue[]);
    const alternatives = schema.anyOf ?? schema.oneOf;
    if (Array.isArray(alternatives)) return this.readAlternatives(alternatives as JsonSchema[], depth);
    // Several schemas at once: the first that says something is enough to go by.
    if (Array.isArray(schema.allOf)) {
      const parts = (schema.allOf as JsonSchema[]).map((part) => this.read(part, depth + 1));
      return parts.find(({ kind }) => kind !== "any") ?? anyShape;
    }
    const types = typesOf(schema);
    return types.length === 0 ? anyShape : unite(types.map((type) => this.readType(type, schema, depth)));
  }

  private readAlternatives(alternatives: JsonSchema[], depth: number): Shape {
    const types = new Set(alternatives.flatMap((each) => typesOf(this.resolve(each))));
    // "Any JSON" is written as a choice of all types that refers to itself.
    if (["string", "number", "boolean", "array", "object"].every((type) => types.has(type))) return anyShape;
    return unite(alternatives.map((each) => this.read(each, depth + 1)));
  }

  private readType(type: string, schema: JsonSchema, depth: number): Shape {
    switch (type) {
      case "string":
        return schema.format === "date-time" || schema.format === "date" ? date : text;
      case "number":
      case "integer":
        return number;
      case "boolean":
        return boolean;
      case "null":
        return nothing;
      case "array":
        return listOf(isSchema(schema.items) ? this.read(schema.items, depth + 1) : anyShape);
      case "object":
        return this.readObject(schema, depth);
      default:
        return anyShape;
    }
  }

  private readObject(schema: JsonSchema, depth: number): ObjectShape {
    const properties = isSchema(schema.properties) ? schema.properties : {};
    const required = new Set(Array.isArray(schema.required) ? (schema.required as string[]) : []);
    const fields = new Map<string, Shape>();
    for (const [name, property] of Object.entries(properties)) {
      if (isSchema(property) && this.isHidden(property)) continue;
      const shape = isSchema(property) ? this.read(property, depth + 1) : anyShape;
      fields.set(name, required.has(name) || shape.kind === "any" ? shape : unite([shape, nothing]));
    }
    const { additionalProperties } = schema;
    if (additionalProperties === false) return { kind: "object", fields, others: "none" };
    const others = isSchema(additionalProperties) ? this.read(additionalProperties, depth + 1) : anyShape;
    return { kind: "object", fields, others };
  }

  private readKeywords(schema: JsonSchema): Shape | undefined {
    if (!this.config) return undefined;
    const { "x-valueOf": value, "x-itemOf": list, "x-fieldsFrom": rows, "x-formFields": form } = schema;
    if (typeof form === "string") return { kind: "object", fields: this.config.formOf(form), others: "none" };
    if (typeof value === "string") return this.config.valueOf(value);
    if (typeof list === "string") return itemOf(this.config.valueOf(list));
    if (typeof rows !== "string") return undefined;
    const fields = this.config.rowsOf(rows);
    return fields ? { kind: "object", fields, others: "none" } : undefined;
  }

  /** Whether the config says that this part of the output is never there. */
  private isHidden(property: JsonSchema): boolean {
    const shown = property["x-showWhen"] as { field: string; values: unknown[] } | undefined;
    const value = shown && this.config?.textOf(shown.field);
    return value !== undefined && !shown?.values.includes(value);
  }

  /** Follows `$ref` to `$defs`; a schema that cannot be found accepts anything. */
  private resolve(schema: JsonSchema): JsonSchema {
    let current = schema;
    for (let hops = 0; typeof current.$ref === "string" && hops < 20; hops++) {
      const name = /^#\/(?:\$defs|definitions)\/([^/]+)$/.exec(current.$ref)?.[1];
      const definitions = this.root.$defs ?? this.root.definitions;
      const found: unknown =
        current.$ref === "#" ? this.root : name !== undefined && isSchema(definitions) ? definitions[name] : undefined;
      current = isSchema(found) ? found : {};
    }
    return current;
  }
}

/** What an iterator gives of a list; of a single value, that value. */
export function itemOf(shape: Shape): Shape {
  if (shape.kind === "list") return shape.item;
  if (shape.kind === "union") return unite(shape.of.map(itemOf));
  return shape;
}

function choiceShape(values: readonly JsonValue[]): Shape {
  const texts = values.filter((value) => typeof value === "string");
  const rest = values.flatMap((value): Shape[] => {
    if (typeof value === "number") return [number];
    if (typeof value === "boolean") return [boolean];
    return value === null ? [nothing] : [];
  });
  return unite([...(texts.length > 0 ? [{ kind: "text", choices: texts } as const] : []), ...rest]);
}

const isSchema = (value: unknown): value is JsonSchema =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const typesOf = (schema: JsonSchema): string[] =>
  Array.isArray(schema.type) ? (schema.type as string[]) : typeof schema.type === "string" ? [schema.type] : [];
