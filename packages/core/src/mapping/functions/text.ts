import type { JsonValue } from "../../definition/schema.ts";
import { MAX_VALUE_DEPTH } from "../evaluation.ts";
import { FormulaError } from "../formulaError.ts";
import { isObject, measure, toJson, toText, type Value } from "../values.ts";
import { toPaidText } from "./arguments.ts";
import { defineFunction, type FunctionDefinition, type FunctionExample } from "./define.ts";
import { bytesOf, isBinary, writeBytes } from "./bytes.ts";

const textArg = { name: "text", type: "text", description: "The text." } as const;

function defineUnary(
  name: string,
  description: string,
  examples: FunctionExample[],
  change: (text: string) => string,
): FunctionDefinition {
  return defineFunction({
    name,
    category: "text",
    description,
    args: [textArg],
    returns: "text",
    examples,
    call: ([text]) => change(text),
  });
}

export const textFunctions = [
  defineUnary("upper", "All letters in upper case.", [{ formula: "upper(1.name)", result: "ADA LOVELACE" }], (text) =>
    text.toUpperCase(),
  ),
  defineUnary("lower", "All letters in lower case.", [{ formula: 'lower("AbC")', result: "abc" }], (text) =>
    text.toLowerCase(),
  ),
  defineUnary(
    "capitalize",
    "The first letter in upper case.",
    [{ formula: 'capitalize("hello World")', result: "Hello World" }],
    capitalizeFirst,
  ),
  defineUnary(
    "startcase",
    "The first letter of each word in upper case, the others in lower case.",
    [{ formula: 'startcase("hello WORLD")', result: "Hello World" }],
    (text) =>
      text.toLowerCase().replace(/(^|\s)(\S)/gu, (_, space: string, letter: string) => space + letter.toUpperCase()),
  ),
  defineUnary("trim", "Without the spaces at both ends.", [{ formula: 'trim("  a b ")', result: "a b" }], (text) =>
    text.trim(),
  ),
  defineFunction({
    name: "length",
    category: "text",
    description: "How many characters a text, bytes binary data, items a list or fields an object has.",
    args: [{ name: "value", type: "any", description: "A text, a list or an object." }],
    returns: "number",
    examples: [
      { formula: 'length("hello")', result: 5 },
      { formula: "length(1.items)", result: 3 },
      { formula: "length(1.address)", result: 2 },
      { formula: "length(1.missing)", result: 0 },
    ],
    call: ([value], evaluation) => {
      if (Array.isArray(value)) return value.length;
      if (isBinary(value)) return bytesOf(value, evaluation).length;
      return isObject(value) ? Object.keys(value).length : toText(value).length;
    },
  }),
  defineFunction({
    name: "substring",
    category: "text",
    description: "A part of a text. Positions count from 0; the end is not included.",
    args: [
      textArg,
      { name: "start", type: "number", description: "Where it starts." },
      { name: "end", type: "number", description: "Where it ends; the end of the text when left out.", optional: true },
    ],
    returns: "text",
    examples: [
      { formula: 'substring("Hello"; 0; 3)', result: "Hel" },
      { formula: 'substring("Hello"; 3)', result: "lo" },
    ],
    call: ([text, start, end]) => text.substring(start, end),
  }),
  defineFunction({
    name: "indexOf",
    category: "text",
    description: "The position of the first occurrence, from 0; -1 when there is none.",
    args: [
      textArg,
      { name: "search", type: "text", description: "What is looked for." },
      { name: "start", type: "number", description: "Where the search starts; 0 when left out.", optional: true },
    ],
    returns: "number",
    examples: [
      { formula: 'indexOf("workflow"; "f")', result: 4 },
      { formula: 'indexOf("workflow"; "x")', result: -1 },
    ],
    call: ([text, search, start]) => text.indexOf(search, start),
  }),
  defineFunction({
    name: "contains",
    category: "text",
    description: "Whether a text contains a text, or a list an item.",
    args: [
      { name: "value", type: "any", description: "A text or a list." },
      { name: "search", type: "any", description: "What is looked for." },
    ],
    returns: "boolean",
    examples: [
      { formula: 'contains(1.email; "@")', result: true },
      { formula: 'contains(1.tags; "vip")', result: true },
      { formula: 'contains(1.tags; "vi")', result: false },
    ],
    call: ([value, search], evaluation) => {
      if (!Array.isArray(value)) return toPaidText(value, evaluation).includes(toText(search));
      evaluation.spendSteps(value.length);
      return value.some((item: JsonValue) => isSame(item, search));
    },
  }),
  defineFunction({
    name: "startsWith",
    category: "text",
    description: "Whether a text begins with another.",
    args: [textArg, { name: "search", type: "text", description: "The beginning." }],
    returns: "boolean",
    examples: [{ formula: 'startsWith(1.name; "Ada")', result: true }],
    call: ([text, search]) => text.startsWith(search),
  }),
  defineFunction({
    name: "endsWith",
    category: "text",
    description: "Whether a text ends with another.",
    args: [textArg, { name: "search", type: "text", description: "The end." }],
    returns: "boolean",
    examples: [{ formula: 'endsWith(1.email; ".com")', result: true }],
    call: ([text, search]) => text.endsWith(search),
  }),
  defineFunction({
    name: "split",
    category: "text",
    description: "The parts of a text between separators, as a list.",
    args: [textArg, { name: "separator", type: "text", description: 'For example ","; "" gives single characters.' }],
    returns: "array",
    examples: [
      { formula: 'split("a,b,c"; ",")', result: ["a", "b", "c"] },
      { formula: 'split(""; ",")', result: [] },
    ],
    call: ([text, separator], evaluation) => {
      if (text === "") return [];
      // One more than is allowed is enough to be refused.
      return text.split(separator, evaluation.budget.arrayLength + 1);
    },
  }),
  defineFunction({
    name: "join",
    category: "array",
    description: "The items of a list as one text, with a separator between them.",
    args: [
      { name: "array", type: "array", description: "The list." },
      { name: "separator", type: "text", description: 'For example ", ".' },
    ],
    returns: "text",
    examples: [
      { formula: 'join(1.tags; ", ")', result: "new, vip, new" },
      { formula: 'join(1.items[].title; "/")', result: "Pen/Book/Lamp" },
    ],
    call: ([items, separator], evaluation) => {
      evaluation.spendSteps(items.length);
      evaluation.spendChars(separator.length * items.length);
      return items
        .map((item) => {
          const text = toText(item);
          evaluation.spendChars(text.length);
          return text;
        })
        .join(separator);
    },
  }),
  defineFunction({
    name: "toString",
    category: "text",
    description: "Any value as text; lists and objects as JSON, binary data as the text its UTF-8 bytes are.",
    args: [{ name: "value", type: "any", description: "The value." }],
    returns: "text",
    examples: [
      { formula: "toString(1.total)", result: "120.5" },
      { formula: "toString(1.address)", result: '{"city":"London","zip":"NW1 6XE"}' },
    ],
    call: ([value], evaluation) => (isBinary(value) ? writeBytes(bytesOf(value, evaluation), "utf8") : toText(value)),
  }),
  defineFunction({
    name: "toJSON",
    category: "text",
    description: "A value as JSON text.",
    args: [
      { name: "value", type: "any", description: "The value." },
      { name: "indent", type: "number", description: "Spaces per level; on one line when left out.", optional: true },
    ],
    returns: "text",
    examples: [
      { formula: "toJSON(1.tags)", result: '["new","vip","new"]' },
      { formula: 'toJSON("a")', result: '"a"' },
      { formula: "toJSON(1.missing)", result: "null" },
    ],
    call: ([value, indent], evaluation) => {
      const spaces = Math.max(0, Math.min(8, Math.trunc(indent ?? 0)));
      evaluation.spendChars(measure(value, evaluation.budget.outputChars));
      return toJson(value ?? null, spaces);
    },
  }),
  defineFunction({
    name: "parseJSON",
    category: "text",
    description: "The value that a JSON text writes.",
    args: [{ name: "text", type: "text", description: "JSON." }],
    returns: "any",
    examples: [
      { formula: "parseJSON('{\"a\":[1,2]}')", result: { a: [1, 2] } },
      { formula: 'parseJSON("")', result: undefined },
    ],
    call: ([text], evaluation) => {
      if (text.trim() === "") return undefined;
      evaluation.spendChars(text.length);
      return parseJson(text);
    },
  }),
];

function capitalizeFirst(text: string): string {
  const [first = ""] = text;
  return first.toUpperCase() + text.slice(first.length);
}

const isSame = (item: JsonValue, search: Value): boolean =>
  item === search || (typeof item !== "object" && typeof search !== "object" && String(item) === String(search));

function parseJson(text: string): JsonValue {
  let value: JsonValue;
  try {
    value = JSON.parse(text) as JsonValue;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new FormulaError("formula_failed", `The text is not JSON: ${reason.slice(0, 120)}`);
  }
  try {
    measure(value);
  } catch {
    throw new FormulaError("formula_failed", `The JSON nests more than ${MAX_VALUE_DEPTH} levels deep.`);
  }
  return value;
}
