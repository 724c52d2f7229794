/** The inputs that a scenario declares for whoever calls it, and values checked against them. */
import type { JsonValue } from "../definition/schema.ts";
import { parseDateText } from "../mapping/dates/parseIso.ts";
import { toNumberOrUndefined } from "../mapping/values.ts";

export const inputTypes = ["text", "number", "boolean", "date", "list", "object"] as const;
export type InputType = (typeof inputTypes)[number];

export interface DeclaredInput {
  name: string;
  type: InputType;
  required: boolean;
  /** For whoever fills it in; empty where there is none. */
  description: string;
}

/** A value that does not fit what is declared. */
export interface InputFault {
  name: string;
  message: string;
}

export interface TakenInputs {
  /** A value for each declared input, null for one that was left out. */
  inputs: Record<string, JsonValue>;
  faults: InputFault[];
  /** Names that are not declared; their values are left out. */
  unknown: string[];
}

/** The rows of a start node's config as inputs: those with a name, the first of each. */
export function readDeclaredInputs(rows: JsonValue | undefined): DeclaredInput[] {
  const declared = new Map<string, DeclaredInput>();
  for (const row of Array.isArray(rows) ? rows : []) {
    if (typeof row !== "object" || row === null || Array.isArray(row)) continue;
    const name = typeof row.name === "string" ? row.name.trim() : "";
    if (name === "" || declared.has(name)) continue;
    declared.set(name, {
      name,
      type: inputTypes.find((type) => type === row.type) ?? "text",
      required: row.required === true,
      description: typeof row.description === "string" ? row.description : "",
    });
  }
  return [...declared.values()];
}

/** Values as the types that are declared; texts that write a number, a date or yes or no are taken for these. */
export function takeInputs(declared: readonly DeclaredInput[], values: Record<string, JsonValue>): TakenInputs {
  const faults: InputFault[] = [];
  const entries = declared.map(({ name, type, required }): [string, JsonValue] => {
    const given = Object.hasOwn(values, name) ? values[name] : undefined;
    if (given === undefined || given === null || (given === "" && type !== "text")) {
      if (required) faults.push({ name, message: `The input "${name}" is required.` });
      return [name, null];
    }
    if (given === "" && required) faults.push({ name, message: `The input "${name}" is required.` });
    const taken = toInput(type, given);
    if (taken === undefined) faults.push({ name, message: `The input "${name}" must be ${inputTypeWords[type]}.` });
    return [name, taken ?? null];
  });
  const known = new Set(declared.map(({ name }) => name));
  const unknown = Object.keys(values).filter((name) => !known.has(name));
  // `fromEntries` defines own properties: an input named `__proto__` is a value like any other.
  return { inputs: Object.fromEntries(entries), faults, unknown };
}

/** What a value of each type is called in a sentence. */
export const inputTypeWords: Record<InputType, string> = {
  text: "a text",
  number: "a number",
  boolean: "yes or no (true or false)",
  date: "a date in ISO 8601",
  list: "a list",
  object: "an object",
};

function toInput(type: InputType, value: JsonValue): JsonValue | undefined {
  switch (type) {
    case "text":
      return typeof value === "object" ? undefined : String(value);
    case "number":
      return typeof value === "number" || typeof value === "string" ? toNumberOrUndefined(value) : undefined;
    case "boolean":
      return typeof value === "string"
        ? booleans[value.trim().toLowerCase()]
        : typeof value === "boolean"
          ? value
          : undefined;
    case "date":
      return typeof value === "string" && parseDateText(value.trim(), "UTC") !== undefined ? value.trim() : undefined;
    case "list":
      return Array.isArray(value) ? value : undefined;
    case "object":
      return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  }
}

const booleans: Record<string, boolean | undefined> = { true: true, false: false };
