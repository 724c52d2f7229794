import { convexToJson } from "convex/values";
import { encodeInt64 } from "../functions/databaseSyscalls.ts";
import { type ConvexJson, isJsonObject } from "../values/json.ts";
import { normalize } from "./exportedValues.ts";

/**
 * The encoding of exports before the "uniform" one: int64, bytes and special floats are plain texts, and `generated_schema.jsonl`
 * tells them from other texts. Its first line is the shape of all documents (`{"_id": id<10001>, "n": int64 | string}`); for
 * documents where the shape leaves a doubt, the lines behind it are `{ "<id>": context }`.
 */

type Scalar = "text" | "int64" | "bytes" | "infinity" | "float" | "unknown" | "other";
type Shape =
  { kind: Scalar } | { kind: "array" | "record"; value: Shape[] } | { kind: "object"; fields: Map<string, Shape[]> };

/** How a text is to be read; `infer`: as the shape says, or as a text where it leaves a doubt. */
type Context = ConvexJson;

/** What must be known to read the documents of a table. */
export interface LegacySchema {
  /** The options of a union. */
  shape: Shape[];
  contexts: Map<string, Context>;
}

const SCALARS: [word: string, kind: Scalar][] = [
  ["never", "other"],
  ["null", "other"],
  ["int64", "int64"],
  ["float64", "float"],
  ["-inf", "infinity"],
  ["inf", "infinity"],
  ["NaN", "float"],
  ["-0", "other"],
  ["normalfloat64", "other"],
  ["boolean", "other"],
  ["field_name", "text"],
  ["string", "text"],
  ["bytes", "bytes"],
  ["unknown", "unknown"],
];

/** Parses a shape. @throws an Error for what is none. */
export function parseShape(text: string): Shape[] {
  const reader = new ShapeReader(text);
  const shape = reader.union();
  reader.end();
  return shape;
}

/** Reads a document. @throws an Error for what does not fit. */
export function fromLegacyExport(document: ConvexJson, schema: LegacySchema): ConvexJson {
  const id = isJsonObject(document) && typeof document._id === "string" ? document._id : "";
  return decode(document, schema.shape, schema.contexts.get(id) ?? "infer");
}

function decode(value: ConvexJson, shape: Shape[], context: Context): ConvexJson {
  if (typeof value === "number") return convexToJson(value);
  if (typeof value === "string") return decodeText(value, context === "infer" ? onlyContext(shape) : context);
  if (Array.isArray(value)) {
    const element = shape.flatMap((option) =>
      option.kind === "array" ? option.value : option.kind === "unknown" ? [option] : [],
    );
    const contexts = Array.isArray(context) ? context : [];
    return value.map((item, index) => decode(item, element, contexts[index] ?? "infer"));
  }
  if (!isJsonObject(value)) return value;
  const contexts = isJsonObject(context) ? context : {};
  const fields = Object.entries(value).map(([name, item]) => {
    if (name.startsWith("$")) throw new Error(`Field name ${name} starts with '$', which is reserved.`);
    return [name, decode(item, fieldShape(shape, name), contexts[name] ?? "infer")] as const;
  });
  return Object.fromEntries(fields);
}

function decodeText(text: string, context: Context): ConvexJson {
  if (context === "infer") return text;
  if (context === "int64") return { $integer: encodeInt64(BigInt(text)) };
  if (context === "bytes") return normalize({ $bytes: text });
  if (context === "float64inf") return convexToJson(text === "Infinity" ? Infinity : -Infinity);
  if (isJsonObject(context) && typeof context.$float64NaN === "string")
    return normalize({ $float: context.$float64NaN });
  throw new Error(`unsupported context ${JSON.stringify(context)} for a text`);
}

/** What a text of this shape can only be, or `infer`. */
function onlyContext(shape: Shape[]): Context {
  const possible = new Set<Context>();
  for (const { kind } of shape) {
    if (kind === "float" || kind === "unknown") return "infer";
    if (kind === "text") possible.add("infer");
    else if (kind === "int64" || kind === "bytes") possible.add(kind);
    else if (kind === "infinity") possible.add("float64inf");
  }
  return possible.size === 1 ? [...possible][0]! : "infer";
}

function fieldShape(shape: Shape[], name: string): Shape[] {
  return shape.flatMap((option) => {
    if (option.kind === "object") return option.fields.get(name) ?? [];
    if (option.kind === "record") return option.value;
    return option.kind === "unknown" ? [option] : [];
  });
}

class ShapeReader {
  #rest: string;

  constructor(text: string) {
    this.#rest = text;
  }

  union(): Shape[] {
    const options = [this.#option()];
    while (this.#skip(" | ")) options.push(this.#option());
    return options;
  }

  end(): void {
    if (this.#rest !== "") this.#fail();
  }

  #option(): Shape {
    if (this.#skip("{")) return { kind: "object", fields: this.#fields() };
    if (this.#skip("array<")) return { kind: "array", value: this.#closed(">") };
    if (this.#skip("record<")) {
      this.#closed(", ");
      return { kind: "record", value: this.#closed(">") };
    }
    if (this.#match(/^id<\d+>/) !== null || this.#match(/^"[^"]*"/) !== null) return { kind: "text" };
    const scalar = SCALARS.find(([word]) => this.#skip(word));
    return scalar === undefined ? this.#fail() : { kind: scalar[1] };
  }

  #fields(): Map<string, Shape[]> {
    const fields = new Map<string, Shape[]>();
    while (!this.#skip("}")) {
      const name = this.#match(/^"([^"]*)"\??: /) ?? this.#fail();
      fields.set(name[1]!, this.union());
      if (!this.#skip(", ") && !this.#rest.startsWith("}")) this.#fail();
    }
    return fields;
  }

  #closed(end: string): Shape[] {
    const shape = this.union();
    return this.#skip(end) ? shape : this.#fail();
  }

  #skip(text: string): boolean {
    if (!this.#rest.startsWith(text)) return false;
    this.#rest = this.#rest.slice(text.length);
    return true;
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    const match = pattern.exec(this.#rest);
    if (match !== null) this.#rest = this.#rest.slice(match[0].length);
    return match;
  }

  #fail(): never {
    throw new Error(`unexpected token at '${this.#rest.slice(0, 100)}'`);
  }
}
