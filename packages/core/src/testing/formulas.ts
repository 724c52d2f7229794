import fc from "fast-check";
import type { JsonValue } from "../definition/schema.ts";
import { defaultBudget, type Scope } from "../mapping/evaluation.ts";
import { constants } from "../mapping/constants.ts";
import { functionCatalog } from "../mapping/functions/catalog.ts";
import type { ArgumentType } from "../mapping/functions/define.ts";
import { compileTemplate, evaluateTemplate } from "../mapping/template.ts";
import { jsonValue } from "./arbitraries.ts";

declare const performance: { now(): number };

export const fuzzBudget = { ...defaultBudget, steps: 20_000, outputChars: 200_000, arrayLength: 5_000 };
/** Nothing that stays within the budget takes anywhere near as long, not even on a busy machine. */
const MAX_MS = 2_000;

export const fuzzScope = (data: JsonValue): Scope => ({
  getBundle: (id) => (id === 1 ? data : undefined),
  getSeed: () => "fuzz",
  nowMs: 0,
});

const hostileNames = ["__proto__", "constructor", "prototype", "toString", "valueOf", "toJSON", "length", "then"];

/** What people write for each type of argument, and what nobody should. */
const wellTyped: Record<ArgumentType, fc.Arbitrary<string>> = {
  text: fc.constantFrom(
    ...['"text"', "'a b'", '"/a+/g"', '"DD.MM.YYYY"', '"YYYY-MM-DD"', '"a.b[1]"', '"a"', '"hex"', '"base64"', '"asc"'],
    ...[
      '"day"',
      '"months"',
      '"YWJj"',
      '"616263"',
      '"a%20b"',
      "'{\"a\":[1]}'",
      '"12"',
      '"https://x/?a=b"',
      '"2026-03-14"',
    ],
    ...['"de"', '"Europe/Prague"', '"<p>&amp;</p>"', '"👩‍👩‍👧 ❤️"', "1.text", "1.texts[1]", '","', "emptystring"],
    ...hostileNames.map((name) => `"${name}"`),
  ),
  number: fc.oneof(
    fc.integer({ min: -20, max: 2_000 }).map((number) => (number < 0 ? `(${number})` : String(number))),
    fc.constantFrom("0", "1.5", '"12"', "1e21", "1e-7", "99999999999", "1.n", "random"),
  ),
  boolean: fc.constantFrom("true", "false", "1", '"false"', "1.a"),
  date: fc.constantFrom('"2026-03-14"', '"2026-03-14T09:26:53Z"', "now", '"0001-01-01"', '"9999-12-31T23:59:59.999Z"'),
  array: fc.constantFrom(
    "1.list",
    "1.list[].a",
    "1.texts",
    "1.numbers",
    "emptyarray",
    'split("c,a,b"; ",")',
    "range(1; 9)",
  ),
  object: fc.constantFrom("1.*", "1.a", "1.object", 'toBinary("abc")', 'set(1.object; "b.c"; 1)'),
  any: fc.constantFrom(
    "1.a",
    "1.text",
    "1.list",
    "1.n",
    "null",
    "ignore",
    "uuid",
    "true",
    '"x"',
    "7",
    "1.object",
    "2.x",
  ),
};

const anything = fc.oneof(
  ...Object.values(wellTyped),
  fc.string({ maxLength: 8 }).map((text) => JSON.stringify(text)),
  fc.constantFrom(...constants.keys()),
  fc.constantFrom(
    ...hostileNames.map((name) => `1.object.${name}`),
    "1.`odd name`",
    "1.list[-1]",
    "1.list[]",
    "1.texts[].x",
  ),
);
const operator = fc.constantFrom(..."+ - * / % mod = == != <> < <= > >= and or & && | ||".split(" "));

/** Formulas that parse: operators, and calls of every function with as many arguments as it takes, of any type. */
export const formula: fc.Arbitrary<string> = fc.letrec<{ expression: string }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 4, depthSize: "medium" },
    anything,
    fc.tuple(tie("expression"), operator, tie("expression")).map(([left, sign, right]) => `(${left} ${sign} ${right})`),
    fc.tuple(fc.constantFrom("-", "not "), tie("expression")).map(([sign, operand]) => `${sign}${operand}`),
    { arbitrary: callOf(tie("expression")), weight: 3 },
  ),
})).expression;

function callOf(expression: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.constantFrom(...functionCatalog).chain((doc) => {
    const required = doc.args.filter((argument) => !argument.optional && !argument.rest).length;
    const most = doc.args.some((argument) => argument.rest) ? required + 2 : doc.args.length;
    return fc.integer({ min: required, max: most }).chain((count) => {
      const docs = Array.from({ length: count }, (_, index) => doc.args[index] ?? doc.args.at(-1)!);
      const args = docs.map(({ type, choices }) => {
        const fitting = choices ? fc.constantFrom(...choices.map((choice) => JSON.stringify(choice))) : wellTyped[type];
        return fc.oneof({ arbitrary: fitting, weight: 3 }, expression);
      });
      return fc.tuple(...args).map((written) => `${doc.name}(${written.join("; ")})`);
    });
  });
}

const damage = fc.record({
  at: fc.nat({ max: 200 }),
  remove: fc.nat({ max: 2 }),
  insert: fc.constantFrom(
    "",
    "(",
    ")",
    ";",
    "}}",
    "{{",
    '"',
    "'",
    "`",
    "[",
    "1.",
    ",",
    "\\",
    "é",
    "\0",
    "$",
    "@",
    "=>",
    "**",
  ),
});

/** Mostly formulas that parse; in one of five something is missing or too much. */
export const anyFormula: fc.Arbitrary<string> = fc.oneof(
  { arbitrary: formula, weight: 4 },
  {
    arbitrary: fc.tuple(formula, damage).map(([text, { at, remove, insert }]) => {
      const position = at % (text.length + 1);
      return text.slice(0, position) + insert + text.slice(position + remove);
    }),
    weight: 1,
  },
);

/** What node 1 gives while fuzzing. */
export const bundle: fc.Arbitrary<JsonValue> = fc.record(
  {
    a: jsonValue,
    n: fc.constantFrom<JsonValue>(0, 1, -3.5, 1e300, "12", null),
    list: fc.array(jsonValue, { maxLength: 4 }),
    numbers: fc.array(fc.integer({ min: -9, max: 9 }), { maxLength: 5 }),
    text: fc.string({ maxLength: 12 }),
    texts: fc.array(fc.constantFrom("a", "B", "2026-03-14", "7", ""), { maxLength: 4 }),
    object: fc
      .constantFrom("{}", '{"b":{"c":1}}', '{"__proto__":{"x":1},"constructor":{"prototype":1},"toJSON":"x"}')
      .map((text) => JSON.parse(text) as JsonValue),
  },
  { noNullPrototype: true },
);

/** What a formula came to: a value, an error when it was evaluated, or faults found before. */
export type Outcome = "value" | "error" | "invalid";

/** Evaluates a formula and throws where something does not hold that must hold for any of them. */
export function checkFormula(text: string, data: JsonValue): Outcome {
  const before = JSON.stringify(data);
  const started = performance.now();
  const template = compileTemplate(`{{${text}}}`);
  const result = evaluateTemplate(template, fuzzScope(data), fuzzBudget);
  const elapsedMs = performance.now() - started;
  require(elapsedMs < MAX_MS, () => `took ${elapsedMs} ms`);
  require(JSON.stringify(data) === before, () => "changed the bundle");
  for (const { from, to } of template.issues) {
    require(from >= 0 && to > from && to <= text.length + 4, () => `has a fault at ${from} to ${to}`);
  }
  if (result.ok) {
    require(template.issues.length === 0, () => "gave a value in spite of faults");
    checkValue(result.value);
    return "value";
  }
  const { kind, code, details } = result.error;
  require(kind === "invalid", () => `failed inside: ${result.error.message}`);
  require(JSON.stringify(details).startsWith('{"field":[]'), () =>
    `failed without a place: ${JSON.stringify(details)}`);
  require((code === "formula_invalid") === template.issues.length > 0, () => `failed with ${code}`);
  return template.issues.length > 0 ? "invalid" : "error";
}

/** JSON through and through, within the budget: no host object, function or inherited thing has come out. */
function checkValue(value: unknown): void {
  let characters = 0;
  const check = (inner: unknown): boolean => {
    if (inner === null || typeof inner === "boolean") return true;
    if (typeof inner === "string") return (characters += inner.length) >= 0;
    if (typeof inner === "number") return Number.isFinite(inner);
    if (typeof inner !== "object") return false;
    if (Array.isArray(inner)) return inner.length <= fuzzBudget.arrayLength && inner.every(check);
    return Object.getPrototypeOf(inner) === Object.prototype && Object.values(inner).every(check);
  };
  require(value === undefined || check(value), () => `gave something that is no JSON: ${String(value)}`);
  require(characters <= fuzzBudget.outputChars, () => `put out ${characters} characters`);
}

function require(holds: boolean, describe: () => string): void {
  if (!holds) throw new Error(`The formula ${describe()}.`);
}

/** What looks like calls in a formula. */
function functionsIn(text: string): string[] {
  const names = new Set<string>();
  for (const match of text.matchAll(/([a-zA-Z0-9]+)\(/g)) names.add(match[1]!);
  return [...names];
}

const guarded = [Object.prototype, Array.prototype, String.prototype, Number.prototype, Function.prototype];

/** What the host's own prototypes hold: the same before and after, or something has been polluted. */
export const describePrototypes = (): string =>
  JSON.stringify(guarded.map((prototype) => Reflect.ownKeys(prototype).map(String)));

/** Runs so many random formulas, and says how they ended and how often each function gave a value. */
export function fuzzFormulas(options: { count: number; seed: number }): {
  outcomes: Record<Outcome, number>;
  succeeded: Map<string, number>;
} {
  const outcomes = { value: 0, error: 0, invalid: 0 };
  const succeeded = new Map(functionCatalog.map(({ name }) => [name, 0]));
  const run = (text: string, data: JsonValue): void => {
    const outcome = checkFormula(text, data);
    outcomes[outcome] += 1;
    if (outcome !== "value") return;
    for (const name of functionsIn(text)) {
      const count = succeeded.get(name);
      if (count !== undefined) succeeded.set(name, count + 1);
    }
  };
  fc.assert(fc.property(anyFormula, bundle, run), { numRuns: options.count, seed: options.seed });
  return { outcomes, succeeded };
}
