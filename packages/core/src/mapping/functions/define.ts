import type { JsonValue } from "../../definition/schema.ts";
import type { Evaluation } from "../evaluation.ts";
import type { JsonObject, Value } from "../values.ts";

/** What an argument is turned into before a function sees it. */
export interface ArgumentTypes {
  /** Anything as text; nothing is "". */
  text: string;
  /** A number or a text that is one. Nothing, where it is required, makes the result nothing. */
  number: number;
  /** True or false of anything (`isTruthy`). */
  boolean: boolean;
  /** Milliseconds since 1970, from an ISO 8601 text. Nothing, where it is required, makes the result nothing. */
  date: number;
  /** A list; a single value is a list of one, nothing is []. */
  array: readonly JsonValue[];
  /** An object; nothing is {}. */
  object: JsonObject;
  any: Value;
}
export type ArgumentType = keyof ArgumentTypes;

export interface ArgumentDoc {
  name: string;
  type: ArgumentType;
  description: string;
  optional?: true;
  /** Of a text: the only ones that it may be. */
  choices?: readonly string[];
  /** May be given any number of times, at the end. */
  rest?: true;
}

export const functionCategories = ["general", "math", "text", "date", "array"] as const;
export type FunctionCategory = (typeof functionCategories)[number];

export interface FunctionExample {
  /** The inside of `{{ }}`. Node 1 is `exampleBundle`. */
  formula: string;
  result: JsonValue | undefined;
}

/** A function of the mapping language, as data: help, completions and tests are made from it. */
export interface FunctionDoc {
  name: string;
  category: FunctionCategory;
  description: string;
  args: readonly ArgumentDoc[];
  returns: ArgumentType;
  examples: readonly FunctionExample[];
}

/** A function with eager arguments gets their values; a lazy one gets thunks and evaluates what it needs. */
export type FunctionDefinition = FunctionDoc &
  (
    | { lazy: false; call: (args: readonly unknown[], evaluation: Evaluation) => Value }
    | { lazy: true; call: (args: readonly (() => Value)[], evaluation: Evaluation) => Value }
  );

type ValueOf<A extends ArgumentDoc> = A["rest"] extends true
  ? ArgumentTypes[A["type"]][]
  : A["optional"] extends true
    ? ArgumentTypes[A["type"]] | undefined
    : ArgumentTypes[A["type"]];

type ValuesOf<A extends readonly ArgumentDoc[]> = { -readonly [K in keyof A]: ValueOf<A[K]> };

/** Declares a function; `call` gets its arguments already turned into the declared types. */
export function defineFunction<const A extends readonly ArgumentDoc[]>(
  definition: Omit<FunctionDoc, "args"> & { args: A; call: (args: ValuesOf<A>, evaluation: Evaluation) => Value },
): FunctionDefinition {
  // The evaluator converts arguments by `args`, so what arrives has exactly these types.
  const call = definition.call as (args: readonly unknown[], evaluation: Evaluation) => Value;
  return { ...definition, lazy: false, call };
}

export function defineLazyFunction(
  definition: FunctionDoc & { call: (args: readonly (() => Value)[], evaluation: Evaluation) => Value },
): FunctionDefinition {
  return { ...definition, lazy: true };
}

/** `1.name`, `1.items[1].title` and so on in the examples read this bundle. */
export const exampleBundle = {
  name: "Ada Lovelace",
  email: "ada@example.com",
  total: 120.5,
  tags: ["new", "vip", "new"],
  items: [
    { title: "Pen", price: 2, quantity: 10 },
    { title: "Book", price: 15.5, quantity: 2 },
    { title: "Lamp", price: 69.5, quantity: 1 },
  ],
  address: { city: "London", zip: "NW1 6XE" },
  createdAt: "2026-03-14T09:26:53.000Z",
} satisfies JsonObject;
