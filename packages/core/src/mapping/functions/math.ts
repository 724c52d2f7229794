import type { JsonValue } from "../../definition/schema.ts";
import { FormulaError } from "../formulaError.ts";
import { requireFinite, toNumber, type Value } from "../values.ts";
import { defineFunction, type FunctionDefinition, type FunctionExample } from "./define.ts";

const numberArg = { name: "number", type: "number", description: "A number." } as const;
const numbersArgs = [
  { name: "values", type: "any", description: "Numbers, or lists of numbers. Empty values do not count.", rest: true },
] as const;

function defineUnary(
  name: string,
  description: string,
  examples: FunctionExample[],
  calculate: (number: number) => number,
): FunctionDefinition {
  return defineFunction({
    name,
    category: "math",
    description,
    args: [numberArg],
    returns: "number",
    examples,
    call: ([number]) => calculate(number),
  });
}

/** Functions over any number of numbers; nothing when there is none. */
function defineAggregate(
  name: string,
  description: string,
  examples: FunctionExample[],
  calculate: (numbers: number[]) => number,
): FunctionDefinition {
  return defineFunction({
    name,
    category: "math",
    description,
    args: numbersArgs,
    returns: "number",
    examples,
    call: ([values], evaluation) => {
      const numbers = collectNumbers(values);
      evaluation.spendSteps(numbers.length);
      return numbers.length === 0 ? undefined : requireFinite(calculate(numbers));
    },
  });
}

const add = (a: number, b: number): number => a + b;

export const mathFunctions = [
  defineUnary("abs", "The number without its sign.", [{ formula: "abs(-3)", result: 3 }], Math.abs),
  defineUnary("ceil", "The next whole number above.", [{ formula: "ceil(1.2)", result: 2 }], Math.ceil),
  defineUnary("floor", "The next whole number below.", [{ formula: "floor(-1.2)", result: -2 }], Math.floor),
  defineUnary("trunc", "The number without its decimals.", [{ formula: "trunc(-1.8)", result: -1 }], Math.trunc),
  defineFunction({
    name: "round",
    category: "math",
    description: "The number rounded to a number of decimals; halves away from zero.",
    args: [
      numberArg,
      { name: "decimals", type: "number", description: "Decimals to keep; 0 when left out.", optional: true },
    ],
    returns: "number",
    examples: [
      { formula: "round(1.5)", result: 2 },
      { formula: "round(-2.5)", result: -3 },
      { formula: "round(1.005; 2)", result: 1.01 },
      { formula: "round(1234; -2)", result: 1200 },
    ],
    call: ([number, decimals]) => roundTo(number, decimals ?? 0),
  }),
  defineAggregate(
    "sum",
    "The numbers added up.",
    [
      { formula: "sum(1; 2; 3)", result: 6 },
      { formula: "sum(1.items[].quantity)", result: 13 },
    ],
    (numbers) => numbers.reduce(add, 0),
  ),
  defineAggregate(
    "average",
    "The mean of the numbers.",
    [{ formula: "average(1; 2; 6)", result: 3 }],
    (numbers) => numbers.reduce(add, 0) / numbers.length,
  ),
  defineAggregate(
    "median",
    "The number in the middle.",
    [
      { formula: "median(9; 1; 2)", result: 2 },
      { formula: "median(4; 1; 2; 9)", result: 3 },
    ],
    middleOf,
  ),
  defineAggregate(
    "min",
    "The smallest number.",
    [
      { formula: "min(3; 1; 2)", result: 1 },
      { formula: "min(emptyarray)", result: undefined },
    ],
    (numbers) => numbers.reduce((a, b) => (b < a ? b : a)),
  ),
  defineAggregate("max", "The largest number.", [{ formula: "max(1.items[].price)", result: 69.5 }], (numbers) =>
    numbers.reduce((a, b) => (b > a ? b : a)),
  ),
  defineAggregate(
    "stdevP",
    "The standard deviation of the numbers, which are all there are.",
    [{ formula: "stdevP(2; 4; 4; 4; 5; 5; 7; 9)", result: 2 }],
    (numbers) => Math.sqrt(sumOfSquares(numbers) / numbers.length),
  ),
  defineFunction({
    name: "stdevS",
    category: "math",
    description: "The standard deviation of the numbers, which are a sample of more; nothing of less than two.",
    args: numbersArgs,
    returns: "number",
    examples: [
      { formula: "round(stdevS(2; 4; 4; 4; 5; 5; 7; 9); 3)", result: 2.138 },
      { formula: "stdevS(1)", result: undefined },
    ],
    call: ([values], evaluation) => {
      const numbers = collectNumbers(values);
      evaluation.spendSteps(numbers.length);
      if (numbers.length < 2) return undefined;
      return requireFinite(Math.sqrt(sumOfSquares(numbers) / (numbers.length - 1)));
    },
  }),
  defineFunction({
    name: "power",
    category: "math",
    description: "A number raised to a power.",
    args: [numberArg, { name: "exponent", type: "number", description: "The power." }],
    returns: "number",
    examples: [
      { formula: "power(2; 10)", result: 1024 },
      { formula: "power(9; 0.5)", result: 3 },
    ],
    call: ([number, exponent]) => requireFinite(number ** exponent),
  }),
  defineFunction({
    name: "parseNumber",
    category: "math",
    description: "Reads a number from a text. Spaces and the separators of thousands are ignored.",
    args: [
      { name: "text", type: "text", description: "The text." },
      {
        name: "decimalSeparator",
        type: "text",
        description: 'Stands before the decimals; "." when left out.',
        optional: true,
      },
    ],
    returns: "number",
    examples: [
      { formula: 'parseNumber("1,250.75")', result: 1250.75 },
      { formula: 'parseNumber("1 250,75"; ",")', result: 1250.75 },
      { formula: 'parseNumber("")', result: undefined },
    ],
    call: ([text, separator]) => parseNumber(text, separator ?? "."),
  }),
  defineFunction({
    name: "formatNumber",
    category: "math",
    description: "Writes a number with a fixed number of decimals.",
    args: [
      numberArg,
      { name: "decimals", type: "number", description: "0 to 20." },
      { name: "decimalSeparator", type: "text", description: '"." when left out.', optional: true },
      { name: "thousandsSeparator", type: "text", description: '"," when left out.', optional: true },
    ],
    returns: "text",
    examples: [
      { formula: "formatNumber(1234567.891; 2)", result: "1,234,567.89" },
      { formula: 'formatNumber(1234.5; 1; ","; ".")', result: "1.234,5" },
      { formula: 'formatNumber(-1234; 0; "."; "")', result: "-1234" },
    ],
    call: ([number, decimals, point, separator]) => formatNumber(number, decimals, point ?? ".", separator ?? ","),
  }),
];

function collectNumbers(values: readonly Value[]): number[] {
  const numbers: number[] = [];
  const collect = (value: Value) => {
    const number = toNumber(value);
    if (number !== undefined) numbers.push(number);
  };
  for (const value of values) {
    if (Array.isArray(value)) value.forEach((item: JsonValue) => collect(item));
    else collect(value);
  }
  return numbers;
}

/** Of the distances from the mean. */
function sumOfSquares(numbers: readonly number[]): number {
  const mean = numbers.reduce(add, 0) / numbers.length;
  return numbers.reduce((sum, number) => sum + (number - mean) ** 2, 0);
}

function middleOf(numbers: number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

/** Decimal rounding of the number as it is written, so that 1.005 becomes 1.01 although it is stored as 1.00499... */
function roundTo(number: number, decimals: number): number {
  const places = Math.trunc(decimals);
  if (Math.abs(places) > 100) throw new FormulaError("formula_failed", "round keeps at most 100 decimals.");
  const shifted = shiftDecimal(Math.abs(number), places);
  const rounded = shiftDecimal(Math.round(shifted), -places);
  const result = Number.isFinite(rounded) ? Math.sign(number) * rounded : number;
  return result === 0 ? 0 : result;
}

function shiftDecimal(number: number, places: number): number {
  const [digits, exponent] = String(number).split("e");
  return Number(`${digits}e${Number(exponent ?? 0) + places}`);
}

function parseNumber(text: string, separator: string): number | undefined {
  if (text.trim() === "") return undefined;
  const thousands = separator === "," ? "." : ",";
  const plain = text.replaceAll(/[\s'\u00a0\u202f]/g, "").replaceAll(thousands, "");
  try {
    return toNumber(separator === "." ? plain : plain.replace(separator, "."));
  } catch {
    throw new FormulaError("formula_failed", `"${text.slice(0, 40)}" cannot be read as a number.`);
  }
}

function formatNumber(number: number, decimals: number, point: string, separator: string): string {
  const places = Math.trunc(decimals);
  if (places < 0 || places > 20) throw new FormulaError("formula_failed", "formatNumber writes 0 to 20 decimals.");
  if (Math.abs(number) >= 1e21) return String(number);
  const rounded = roundTo(number, places);
  const [whole = "", fraction] = Math.abs(rounded).toFixed(places).split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, () => separator);
  return `${rounded < 0 ? "-" : ""}${grouped}${fraction === undefined ? "" : point + fraction}`;
}
