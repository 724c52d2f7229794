import type { Evaluation } from "../evaluation.ts";
import { parsePath } from "../path.ts";
import { readPath } from "../reference.ts";
import { areEqual, isEmpty, isObject, isTruthy, toText, type JsonObject, type Value } from "../values.ts";
import { FormulaError } from "../formulaError.ts";
import { defineFunction, defineLazyFunction } from "./define.ts";

type Thunk = () => Value;

export const generalFunctions = [
  defineLazyFunction({
    name: "if",
    category: "general",
    description: "One value when the condition holds, another when it does not.",
    args: [
      { name: "condition", type: "boolean", description: "What is tested." },
      { name: "then", type: "any", description: "The result when it holds." },
      { name: "else", type: "any", description: "The result when it does not; nothing when left out.", optional: true },
    ],
    returns: "any",
    examples: [
      { formula: 'if(1.total > 100; "large"; "small")', result: "large" },
      { formula: 'if(1.missing; "yes"; "no")', result: "no" },
      { formula: "if(false; 1)", result: undefined },
    ],
    call: ([condition, then, otherwise], evaluation) =>
      isTruthy(withoutReport(condition, evaluation)) ? then?.() : otherwise?.(),
  }),
  defineLazyFunction({
    name: "ifempty",
    category: "general",
    description: "The first value that is not empty. Empty are nothing, null, a text or list without content.",
    args: [
      { name: "value", type: "any", description: "Taken when it is not empty." },
      { name: "alternatives", type: "any", description: "Tried one after the other.", rest: true },
    ],
    returns: "any",
    examples: [
      { formula: 'ifempty(1.nickname; "unknown")', result: "unknown" },
      { formula: 'ifempty(1.name; "unknown")', result: "Ada Lovelace" },
      { formula: 'ifempty(""; 1.missing; 7)', result: 7 },
    ],
    call: (args, evaluation) => firstValue(args, (value) => !isEmpty(value), evaluation),
  }),
  defineLazyFunction({
    name: "coalesce",
    category: "general",
    description: "The first value that exists and is not null. Unlike ifempty it takes an empty text or list.",
    args: [
      { name: "value", type: "any", description: "Taken when it exists." },
      { name: "alternatives", type: "any", description: "Tried one after the other.", rest: true },
    ],
    returns: "any",
    examples: [
      { formula: 'coalesce(1.nickname; 1.name; "unknown")', result: "Ada Lovelace" },
      { formula: 'coalesce(""; "unknown")', result: "" },
    ],
    call: (args, evaluation) => firstValue(args, (value) => value !== undefined && value !== null, evaluation),
  }),
  defineLazyFunction({
    name: "switch",
    category: "general",
    description: "Compares a value with cases and gives the result of the first that equals it.",
    args: [
      { name: "value", type: "any", description: "What is compared." },
      { name: "case", type: "any", description: "The first value to compare with." },
      { name: "result", type: "any", description: "The result when it equals the case." },
      {
        name: "more",
        type: "any",
        description: "More cases and results; a last one alone is the default.",
        rest: true,
      },
    ],
    returns: "any",
    examples: [
      { formula: 'switch(2; 1; "one"; 2; "two"; "many")', result: "two" },
      { formula: 'switch(9; 1; "one"; 2; "two"; "many")', result: "many" },
      { formula: 'switch("x"; "y"; 1)', result: undefined },
    ],
    call: ([value, ...cases]) => {
      const wanted = value?.();
      for (let index = 0; index + 1 < cases.length; index += 2) {
        if (areEqual(wanted, cases[index]!())) return cases[index + 1]!();
      }
      return cases.length % 2 === 1 ? cases.at(-1)!() : undefined;
    },
  }),
  defineFunction({
    name: "get",
    category: "general",
    description: "The value at a path inside an object or list. Items count from 1.",
    args: [
      { name: "value", type: "any", description: "An object or a list." },
      { name: "path", type: "text", description: 'For example "items[1].title" or, for a list, "1".' },
    ],
    returns: "any",
    examples: [
      { formula: 'get(1.address; "city")', result: "London" },
      { formula: 'get(1.items; "[2].title")', result: "Book" },
      { formula: "get(1.tags; 1 + 1)", result: "vip" },
      { formula: 'get(1.address; "constructor")', result: undefined },
    ],
    call: ([value, path], evaluation) => {
      // A number alone names an item where the value is a list: get(1.tags; 2).
      const steps = parsePath(Array.isArray(value) && /^-?\d+$/.test(path) ? `[${path}]` : path);
      if (!steps)
        throw new FormulaError("formula_failed", `"${path.slice(0, 60)}" is not a path such as items[1].title.`);
      evaluation.spendSteps(steps.length);
      return readPath(value, steps, evaluation);
    },
  }),
  defineFunction({
    name: "pick",
    category: "general",
    description: "An object with the named fields only.",
    args: [
      { name: "object", type: "object", description: "Where the fields are taken from." },
      { name: "names", type: "any", description: "Names of fields, or lists of them.", rest: true },
    ],
    returns: "object",
    examples: [{ formula: 'pick(1.address; "city"; "country")', result: { city: "London" } }],
    call: ([object, names], evaluation) => {
      const wanted = new Set(names.flatMap(toNames));
      return filterFields(object, (name) => wanted.has(name), evaluation);
    },
  }),
  defineFunction({
    name: "omit",
    category: "general",
    description: "An object without the named fields.",
    args: [
      { name: "object", type: "object", description: "Where the fields are taken from." },
      { name: "names", type: "any", description: "Names of fields, or lists of them.", rest: true },
    ],
    returns: "object",
    examples: [{ formula: 'omit(1.address; "zip")', result: { city: "London" } }],
    call: ([object, names], evaluation) => {
      const unwanted = new Set(names.flatMap(toNames));
      return filterFields(object, (name) => !unwanted.has(name), evaluation);
    },
  }),
  defineLazyFunction({
    name: "isEmpty",
    category: "general",
    description: "Whether a value is nothing, null, or a text, list or object without content.",
    args: [{ name: "value", type: "any", description: "What is tested." }],
    returns: "boolean",
    examples: [
      { formula: "isEmpty(1.nickname)", result: true },
      { formula: "isEmpty(0)", result: false },
    ],
    call: ([value], evaluation) => isEmpty(withoutReport(value, evaluation)),
  }),
  defineLazyFunction({
    name: "typeOf",
    category: "general",
    description: 'What a value is: "text", "number", "boolean", "list", "object" or "nothing".',
    args: [{ name: "value", type: "any", description: "Any value." }],
    returns: "text",
    examples: [
      { formula: "typeOf(1.total)", result: "number" },
      { formula: "typeOf(1.missing)", result: "nothing" },
    ],
    call: ([value], evaluation) => typeName(withoutReport(value, evaluation)),
  }),
  defineFunction({
    name: "set",
    category: "general",
    description: "An object with one field set to a value. Fields on the way are made where they are missing.",
    args: [
      { name: "object", type: "object", description: "The object; it stays as it is." },
      { name: "path", type: "text", description: 'The field, for example "city" or "address.city".' },
      { name: "value", type: "any", description: "Its value; nothing takes the field away." },
    ],
    returns: "object",
    examples: [
      { formula: 'set(1.address; "city"; "Paris")', result: { city: "Paris", zip: "NW1 6XE" } },
      { formula: 'set(pick(1.address; "zip"); "geo.lat"; 51.5)', result: { zip: "NW1 6XE", geo: { lat: 51.5 } } },
      { formula: 'set(1.address; "zip"; ignore)', result: { city: "London" } },
    ],
    call: ([object, path, value], evaluation) => {
      const steps = parsePath(path);
      const names = steps?.flatMap((step) => (step.kind === "key" && step.key !== "__proto__" ? [step.key] : []));
      if (!steps || !names || names.length === 0 || names.length < steps.length || names.length > MAX_SET_DEPTH) {
        throw new FormulaError("formula_failed", `"${path.slice(0, 60)}" is not a path of field names such as a.b.`);
      }
      return setField(object, names, value, evaluation);
    },
  }),
];

/** Fields on the way to the one that `set` changes. */
const MAX_SET_DEPTH = 20;

function typeName(value: Value): string {
  if (value === undefined || value === null) return "nothing";
  if (Array.isArray(value)) return "list";
  return typeof value === "string" ? "text" : typeof value;
}

/** A copy with the field changed; what is no object on the way is replaced by one. */
function setField(value: Value, names: readonly string[], content: Value, evaluation: Evaluation): JsonObject {
  const [name = "", ...rest] = names;
  const before = isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  const inside = rest.length === 0 ? content : setField(before, rest, content, evaluation);
  const isKept = (key: string) => inside !== undefined || key !== name;
  const result = filterFields(isObject(value) ? value : {}, isKept, evaluation);
  if (inside !== undefined) result[name] = inside;
  return result;
}

/** A value that is only tested: that it is missing is no surprise, and not what made the output empty. */
function withoutReport(argument: Thunk | undefined, evaluation: { missing: unknown[] }): Value {
  const reported = evaluation.missing.length;
  const value = argument?.();
  evaluation.missing.length = reported;
  return value;
}

/** The first acceptable value, else the last one. What is replaced by an alternative is not reported as missing. */
function firstValue(
  args: readonly Thunk[],
  accept: (value: Value) => boolean,
  evaluation: { missing: unknown[] },
): Value {
  const reported = evaluation.missing.length;
  let last: Value;
  for (const argument of args) {
    last = argument();
    if (accept(last)) {
      evaluation.missing.length = reported;
      return last;
    }
  }
  return last;
}

const toNames = (value: Value): string[] => (Array.isArray(value) ? value.map(toText) : [toText(value)]);

/** The fields whose names pass. `__proto__` is never one of them. */
function filterFields(object: JsonObject, keep: (name: string) => boolean, evaluation: Evaluation): JsonObject {
  const result: JsonObject = {};
  const names = Object.keys(object);
  evaluation.spendSteps(names.length);
  for (const name of names) if (name !== "__proto__" && keep(name)) result[name] = object[name]!;
  return result;
}
