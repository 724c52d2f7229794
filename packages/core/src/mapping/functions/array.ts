import type { JsonValue } from "../../definition/schema.ts";
import { canonicalJson } from "../../canonicalJson.ts";
import { areEqual, measure, toText, type JsonObject, type Value } from "../values.ts";
import { defineFunction } from "./define.ts";
import { fieldNames, flattenInto, mergeValues, readAt, sortItems } from "./lists.ts";

const arrayArg = { name: "array", type: "array", description: "The list." } as const;
const valuesArg = { name: "values", type: "any", description: "One or more values.", rest: true } as const;

export const arrayFunctions = [
  defineFunction({
    name: "map",
    category: "array",
    description:
      "One field of every item, as a list. Optionally only of items whose other field has one of some values.",
    args: [
      arrayArg,
      { name: "path", type: "text", description: 'The field, for example "title" or "price.amount".' },
      { name: "filterPath", type: "text", description: "The field that is compared.", optional: true },
      {
        name: "values",
        type: "any",
        description: 'Values that it may have; a text may list several, as in "work,home".',
        rest: true,
      },
    ],
    returns: "array",
    examples: [
      { formula: 'map(1.items; "title")', result: ["Pen", "Book", "Lamp"] },
      { formula: 'map(1.items; "title"; "quantity"; 1; 2)', result: ["Book", "Lamp"] },
      { formula: 'map(1.items; "price"; "title"; "Pen,Lamp")', result: [2, 69.5] },
    ],
    call: ([items, path, filterPath, values], evaluation) => {
      const accepted = values.flatMap(listValues);
      evaluation.spendSteps(items.length * (1 + accepted.length));
      const results: JsonValue[] = [];
      for (const item of items) {
        if (filterPath && !accepted.some((value) => areEqual(readAt(item, filterPath, evaluation), value))) continue;
        const value = readAt(item, path, evaluation);
        if (value !== undefined) results.push(value);
      }
      return results;
    },
  }),
  defineFunction({
    name: "first",
    category: "array",
    description: "The first item.",
    args: [arrayArg],
    returns: "any",
    examples: [
      { formula: "first(1.tags)", result: "new" },
      { formula: "first(emptyarray)", result: undefined },
    ],
    call: ([items]) => items[0],
  }),
  defineFunction({
    name: "last",
    category: "array",
    description: "The last item.",
    args: [arrayArg],
    returns: "any",
    examples: [{ formula: 'get(last(1.items); "title")', result: "Lamp" }],
    call: ([items]) => items.at(-1),
  }),
  defineFunction({
    name: "slice",
    category: "array",
    description:
      "Some items of a list. Positions count from 0; the end is not included; negative ones count from the end.",
    args: [
      arrayArg,
      { name: "start", type: "number", description: "Where it starts." },
      { name: "end", type: "number", description: "Where it ends; the end of the list when left out.", optional: true },
    ],
    returns: "array",
    examples: [
      { formula: "slice(1.tags; 1)", result: ["vip", "new"] },
      { formula: "slice(1.tags; 0; 2)", result: ["new", "vip"] },
    ],
    call: ([items, start, end]) => items.slice(start, end),
  }),
  defineFunction({
    name: "sort",
    category: "array",
    description:
      'The items in order: "asc", "desc", or with "ci" for texts regardless of case. Empty values come last.',
    args: [
      arrayArg,
      {
        name: "order",
        type: "text",
        description: '"asc", "desc", "asc ci" or "desc ci"; "asc" when left out.',
        choices: ["asc", "desc", "asc ci", "desc ci"],
        optional: true,
      },
      { name: "path", type: "text", description: "The field to sort by, where the items are objects.", optional: true },
    ],
    returns: "array",
    examples: [
      { formula: "sort(1.tags)", result: ["new", "new", "vip"] },
      { formula: 'map(sort(1.items; "desc"; "price"); "title")', result: ["Lamp", "Book", "Pen"] },
      { formula: 'sort(split("b,C,a"; ","); "asc ci")', result: ["a", "b", "C"] },
    ],
    call: ([items, order, path], evaluation) => sortItems(items, order || "asc", path || undefined, evaluation),
  }),
  defineFunction({
    name: "distinct",
    category: "array",
    description: "The list without repetitions; the first of equal items stays.",
    args: [
      arrayArg,
      { name: "path", type: "text", description: "The field to compare, where the items are objects.", optional: true },
    ],
    returns: "array",
    examples: [
      { formula: "distinct(1.tags)", result: ["new", "vip"] },
      { formula: 'length(distinct(1.items; "title"))', result: 3 },
    ],
    call: ([items, path], evaluation) => {
      evaluation.spendSteps(items.length);
      const seen = new Set<string>();
      return items.filter((item) => {
        const value = path ? readAt(item, path, evaluation) : item;
        // Paid for, and its nesting checked, before it is written out.
        evaluation.spendChars(measure(value, evaluation.budget.outputChars));
        const key = canonicalJson(value ?? null);
        if (seen.has(key)) return false;
        seen.add(key);
        return true;
      });
    },
  }),
  defineFunction({
    name: "flatten",
    category: "array",
    description: "A list of lists as one list, at any depth.",
    args: [arrayArg],
    returns: "array",
    examples: [{ formula: 'flatten(parseJSON("[1,[2,[3]]]"))', result: [1, 2, 3] }],
    call: ([items], evaluation) => {
      const results: JsonValue[] = [];
      flattenInto(results, items, evaluation, 0);
      return results;
    },
  }),
  defineFunction({
    name: "reverse",
    category: "array",
    description: "The items in opposite order.",
    args: [arrayArg],
    returns: "array",
    examples: [{ formula: "reverse(slice(1.tags; 0; 2))", result: ["vip", "new"] }],
    call: ([items]) => items.toReversed(),
  }),
  defineFunction({
    name: "merge",
    category: "array",
    description: "Lists one after the other as one list; or objects as one object, in which later fields win.",
    args: [{ name: "values", type: "any", description: "Lists, or objects.", rest: true }],
    returns: "any",
    examples: [
      { formula: 'merge(1.tags; split("x,y"; ","))', result: ["new", "vip", "new", "x", "y"] },
      { formula: 'merge(1.address; parseJSON("{\\"city\\":\\"Paris\\"}"))', result: { city: "Paris", zip: "NW1 6XE" } },
    ],
    call: ([values], evaluation) => mergeValues(values, evaluation),
  }),
  defineFunction({
    name: "add",
    category: "array",
    description: "The list with values added at its end.",
    args: [arrayArg, valuesArg],
    returns: "array",
    examples: [{ formula: 'add(1.tags; "eu")', result: ["new", "vip", "new", "eu"] }],
    call: ([items, values]) => [...items, ...values.filter((value) => value !== undefined)],
  }),
  defineFunction({
    name: "remove",
    category: "array",
    description: "The list without the items that equal one of the values.",
    args: [arrayArg, valuesArg],
    returns: "array",
    examples: [{ formula: 'remove(1.tags; "new")', result: ["vip"] }],
    call: ([items, values], evaluation) => {
      evaluation.spendSteps(items.length * values.length);
      return items.filter((item) => !values.some((value) => areEqual(item, value)));
    },
  }),
  defineFunction({
    name: "keys",
    category: "array",
    description: "The names of an object's fields.",
    args: [{ name: "object", type: "object", description: "The object." }],
    returns: "array",
    examples: [{ formula: "keys(1.address)", result: ["city", "zip"] }],
    call: ([object]) => fieldNames(object),
  }),
  defineFunction({
    name: "toArray",
    category: "array",
    description: "An object's fields as a list of objects with key and value.",
    args: [{ name: "object", type: "object", description: "The object." }],
    returns: "array",
    examples: [
      {
        formula: "toArray(1.address)",
        result: [
          { key: "city", value: "London" },
          { key: "zip", value: "NW1 6XE" },
        ],
      },
    ],
    call: ([object], evaluation) => {
      const names = fieldNames(object);
      evaluation.spendItems(names.length);
      return names.map((key) => ({ key, value: object[key]! }));
    },
  }),
  defineFunction({
    name: "toCollection",
    category: "array",
    description: "An object made of a list: one field of each item is the name, another the value.",
    args: [
      arrayArg,
      { name: "key", type: "text", description: "The field that holds the name." },
      { name: "value", type: "text", description: "The field that holds the value." },
    ],
    returns: "object",
    examples: [{ formula: 'toCollection(1.items; "title"; "price")', result: { Pen: 2, Book: 15.5, Lamp: 69.5 } }],
    call: ([items, key, value], evaluation) => {
      evaluation.spendItems(items.length);
      const result: JsonObject = {};
      for (const item of items) {
        const name = toText(readAt(item, key, evaluation));
        const content = readAt(item, value, evaluation);
        if (name !== "" && name !== "__proto__" && content !== undefined) result[name] = content;
      }
      return result;
    },
  }),
];

/** A value, or each of several; a text with commas counts as a whole and in its parts. */
function listValues(value: Value): readonly Value[] {
  if (Array.isArray(value)) return value;
  if (typeof value !== "string" || !value.includes(",")) return [value];
  return [value, ...value.split(",").map((part) => part.trim())];
}
