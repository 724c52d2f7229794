import type { Value } from "convex/values";
import { expect } from "vitest";
import { type Case, type Driver, messageFor, OTHER_WORDS } from "../driver.ts";

const bytes = new Uint8Array([1]).buffer;
const person = { name: "Ann", tags: ["a"] };
const PERSON = "v.object({age: v.optional(v.float64()), name: v.string(), tags: v.array(v.string())})";

interface Row {
  /** The function of `validators.ts`. */
  validator: string;
  covers: string[];
  good: Value[];
  /** What is refused, and the message of the wire. */
  bad: [Value, string][];
}

const noMatch = (shown: string, validator: string, path = ".value") =>
  `ArgumentValidationError: Value does not match validator.\nPath: ${path}\nValue: ${shown}\nValidator: ${validator}`;

const rows: Row[] = [
  { validator: "anything", covers: ["v.any"], good: [null, 1n, [{}], bytes], bad: [] },
  { validator: "nothing", covers: ["v.null"], good: [null], bad: [[0, noMatch("0.0", "v.null()")]] },
  {
    validator: "number",
    covers: ["v.number"],
    good: [1, -0, NaN, Infinity, -Infinity, 1e300],
    bad: [
      [1n, noMatch("1", "v.float64()")],
      ["1", noMatch('"1"', "v.float64()")],
      [null, noMatch("null", "v.float64()")],
    ],
  },
  { validator: "float64", covers: ["v.float64"], good: [0.5], bad: [[true, noMatch("true", "v.float64()")]] },
  {
    validator: "int64",
    covers: ["v.int64"],
    good: [-(2n ** 63n), 2n ** 63n - 1n],
    bad: [[1, noMatch("1.0", "v.int64()")]],
  },
  { validator: "bigint", covers: ["v.bigint"], good: [0n], bad: [[0, noMatch("0.0", "v.int64()")]] },
  { validator: "boolean", covers: ["v.boolean"], good: [true, false], bad: [[1, noMatch("1.0", "v.boolean()")]] },
  {
    validator: "string",
    covers: ["v.string"],
    good: ["", "é🎉\0"],
    bad: [
      [1.5, noMatch("1.5", "v.string()")],
      [{ a: "x" }, noMatch('{a: "x"}', "v.string()")],
    ],
  },
  { validator: "bytes", covers: ["v.bytes"], good: [bytes], bad: [["AQ==", noMatch('"AQ=="', "v.bytes()")]] },
  {
    validator: "id",
    covers: ["v.id"],
    good: [],
    bad: [
      ["text", noMatch('"text"', 'v.id("items")')],
      [5, noMatch("5.0", 'v.id("items")')],
    ],
  },
  {
    validator: "literalText",
    covers: ["v.literal"],
    good: ["a"],
    bad: [
      ["b", 'ArgumentValidationError: `"b"` does not match literal validator `v.literal("a")`.Path: .value'],
      [1, 'ArgumentValidationError: `1.0` does not match literal validator `v.literal("a")`.Path: .value'],
    ],
  },
  {
    validator: "literalNumber",
    covers: ["v.literal"],
    good: [1],
    bad: [[1n, "`1` does not match literal validator `v.literal(1.0)`"]],
  },
  {
    validator: "literalBoolean",
    covers: ["v.literal"],
    good: [true],
    bad: [[false, "`false` does not match literal validator `v.literal(true)`"]],
  },
  {
    validator: "array",
    covers: ["v.array"],
    good: [[], [1, 2]],
    bad: [
      [[1, "a"], noMatch('"a"', "v.float64()", ".value[1]")],
      [{ 0: 1 }, noMatch("{0: 1.0}", "v.array(v.float64())")],
    ],
  },
  {
    validator: "object",
    covers: ["v.object", "v.optional", "VObject.optional", "VObject.asOptional"],
    good: [person, { ...person, age: 1 }],
    bad: [
      [
        { name: "Ann" },
        `Object is missing the required field \`tags\`. Consider wrapping the field validator in \`v.optional(...)\` if this is expected.\nPath: .value\nObject: {name: "Ann"}\nValidator: ${PERSON}`,
      ],
      [
        { ...person, more: 1 },
        `Object contains extra field \`more\` that is not in the validator.\nPath: .value\nObject: {more: 1.0, name: "Ann", tags: ["a"]}\nValidator: ${PERSON}`,
      ],
      [{ ...person, tags: [1] }, noMatch("1.0", "v.string()", ".value.tags[0]")],
      [[], noMatch("[]", PERSON)],
      [null, noMatch("null", PERSON)],
    ],
  },
  {
    validator: "union",
    covers: ["v.union"],
    good: ["a", 1, { kind: "x", x: 1n }],
    bad: [
      [1n, noMatch("1", 'v.union(v.string(), v.float64(), v.object({kind: v.literal("x"), x: v.int64()}))')],
      [
        { kind: "x" },
        noMatch('{kind: "x"}', 'v.union(v.string(), v.float64(), v.object({kind: v.literal("x"), x: v.int64()}))'),
      ],
    ],
  },
  { validator: "emptyUnion", covers: ["v.union"], good: [], bad: [[null, noMatch("null", "v.union()")]] },
  { validator: "oneUnion", covers: ["v.union"], good: ["a"], bad: [[1, noMatch("1.0", "v.string()")]] },
  {
    validator: "nullable",
    covers: ["v.nullable"],
    good: ["a", null],
    bad: [[1, noMatch("1.0", "v.union(v.string(), v.null())")]],
  },
  { validator: "commitTs", covers: ["v.commitTs"], good: [1n], bad: [[1, noMatch("1.0", "v.commitTs()")]] },
  {
    validator: "picked",
    covers: ["VObject.pick"],
    good: [{ name: "Ann" }],
    bad: [[person, "Object contains extra field `tags`"]],
  },
  {
    validator: "omitted",
    covers: ["VObject.omit"],
    good: [{ name: "Ann", age: 1 }],
    bad: [[person, "Object contains extra field `tags`"]],
  },
  {
    validator: "partial",
    covers: ["VObject.partial"],
    good: [{}, person],
    bad: [[{ name: 1 }, noMatch("1.0", "v.string()", ".value.name")]],
  },
  {
    validator: "extended",
    covers: ["VObject.extend"],
    good: [{ ...person, email: "a@b" }],
    bad: [[person, "missing the required field `email`"]],
  },
  {
    validator: "nested",
    covers: [],
    good: [[{ people: { ann: person, none: null } }], []],
    bad: [],
  },
  {
    validator: "paginationOptions",
    covers: ["convex/server.paginationOptsValidator"],
    good: [
      { numItems: 1, cursor: null },
      { numItems: 1, cursor: "c", endCursor: "d", id: 1, maximumRowsRead: 2, maximumBytesRead: 3 },
    ],
    bad: [[{ numItems: 1 }, "missing the required field `cursor`"]],
  },
  {
    validator: "paginationResult",
    covers: ["convex/server.paginationResultValidator"],
    good: [{ page: ["a"], isDone: true, continueCursor: "c" }],
    bad: [[{ page: [1], isDone: true, continueCursor: "c" }, noMatch("1.0", "v.string()", ".value.page[0]")]],
  },
  {
    validator: "asObject",
    covers: ["convex/values.asObjectValidator"],
    good: [{ a: 1 }],
    bad: [[{ a: "1" }, noMatch('"1"', "v.float64()", ".value.a")]],
  },
];

/** Validators that convex-test does not check, or not as the backend does. */
const backendRows: Row[] = [
  {
    validator: "literalInt64",
    covers: ["v.literal"],
    good: [1n],
    bad: [[2n, "`2` does not match literal validator `v.literal(<bigint>)`"]],
  },
  {
    validator: "record",
    covers: ["v.record"],
    good: [{}, { a: 1, "b c": 2 }],
    bad: [
      [{ a: "x" }, noMatch('"x"', "v.float64()", ".value.values()")],
      [[], noMatch("[]", "v.record(v.string(), v.float64())")],
    ],
  },
  {
    validator: "recordOfIds",
    covers: ["v.record"],
    good: [{}],
    bad: [[{ text: true }, noMatch('"text"', 'v.id("items")', ".value.keys()")]],
  },
];

const call = (driver: Driver, name: string, value: Value | undefined) => driver.query(`validators:${name}`, { value });

function validatorCases({ validator, covers, good, bad }: Row): Case[] {
  return [
    {
      name: `${validator}: takes what matches`,
      covers,
      run: async ({ driver }) => {
        for (const value of good) expect(await call(driver, validator, value)).toEqual(value);
      },
    },
    ...bad.map(([value, message], number): Case => ({
      name: `${validator}: refuses what does not match (${number})`,
      differs: OTHER_WORDS,
      run: async ({ driver }) => {
        const text = messageFor(driver, { wire: message, convexTest: /Validator error|null/ });
        await expect(call(driver, validator, value)).rejects.toThrow(text);
      },
    })),
  ];
}

const results: [name: string, good: Value, bad: Value, message: string][] = [
  [
    "givesString",
    "a",
    1,
    "ReturnsValidationError: Value does not match validator.\n\nValue: 1.0\nValidator: v.string()",
  ],
  ["givesNull", null, 1, "ReturnsValidationError: Value does not match validator.\n\nValue: 1.0\nValidator: v.null()"],
  ["givesPerson", person, { name: "Ann" }, "ReturnsValidationError: Object is missing the required field `tags`"],
  ["givesUnion", "b", "c", 'Value: "c"\nValidator: v.union(v.literal("a"), v.literal("b"))'],
];

export const validatorTests: readonly Case[] = [
  ...rows.flatMap(validatorCases),
  ...backendRows.flatMap(validatorCases).map((one) => ({
    ...one,
    wireOnly: "convex-test accepts anything for a record, and nothing for a literal int64",
  })),
  {
    name: "optional fields may be absent, by the function and by the method",
    covers: ["v.optional", "VString.optional", "VString.asOptional", "BaseValidator.*"],
    run: async ({ driver }) => {
      for (const name of ["optional", "optionalMethod"]) {
        expect(await call(driver, name, undefined)).toBeNull();
        expect(await call(driver, name, "a")).toBe("a");
        await expect(call(driver, name, null)).rejects.toThrow();
      }
    },
  },
  {
    name: "every validator has an optional form",
    covers: ["V*.optional", "V*.asOptional"],
    run: async ({ driver }) => {
      for (const name of ["optionals", "asOptionals"]) {
        expect(await call(driver, name, {})).toEqual({});
        const value = { any: 1, null: null, number: 1, int64: 1n, boolean: true, string: "", bytes, literal: "a" };
        expect(
          await call(driver, name, { ...value, array: [null], object: {}, record: {}, union: "x", commitTs: 1n }),
        ).toMatchObject({ literal: "a" });
      }
    },
  },
  {
    name: "ids are of one table, in arguments and results",
    covers: ["v.id", "SchemaDefinition.id", "convex/server.docValidator", "SchemaDefinition.doc"],
    differs: OTHER_WORDS,
    run: async ({ driver, tag }) => {
      const item = await driver.mutation("items:insert", { tag });
      const person_ = await driver.mutation("people:insertAnything", { fields: { tag, name: "Ann" } });
      const file = await driver.action("files:store", { bytes });
      expect(await call(driver, "id", item)).toBe(item);
      expect(await call(driver, "storageId", file)).toBe(file);
      expect(await call(driver, "recordOfIds", { [item as string]: true })).toEqual({ [item as string]: true });
      expect(await call(driver, "givesId", item)).toBe(item);
      const foreign = (id: Value, from: string) =>
        messageFor(driver, {
          wire: `Found ID "${id as string}" from ${from}, which does not match the table name in validator \`v.id("items")\`.`,
          convexTest: 'Expected ID for table "items"',
        });
      await expect(call(driver, "id", person_)).rejects.toThrow(foreign(person_, "table `people`"));
      await expect(call(driver, "id", file)).rejects.toThrow(foreign(file, "a system table"));
      await expect(call(driver, "givesId", person_)).rejects.toThrow(foreign(person_, "table `people`"));
      for (const name of ["schemaDocument", "tableDocument"]) {
        await expect(call(driver, name, { name: "Rex" })).rejects.toThrow(/`_creationTime`|`_id`/);
      }
      await expect(call(driver, "schemaId", item)).rejects.toThrow();
    },
  },
  {
    name: "arguments may have one validator for all",
    run: async ({ driver }) => {
      expect(await driver.query("validators:wholeArguments", { a: 1 })).toEqual({ a: 1 });
      await expect(driver.query("validators:wholeArguments", { a: "1" })).rejects.toThrow();
    },
  },
  ...results.map(([name, good, bad, message]): Case => ({
    name: `${name}: results are validated`,
    differs: OTHER_WORDS,
    run: async ({ driver }) => {
      expect(await call(driver, name, good)).toEqual(good);
      const text = messageFor(driver, { wire: message, convexTest: "Return value validation failed" });
      await expect(call(driver, name, bad)).rejects.toThrow(text);
    },
  })),
  {
    name: "a mutation with a wrong result writes nothing",
    wireOnly: "convex-test commits before it looks at the result",
    run: async ({ driver, tag }) => {
      await expect(driver.mutation("validators:writesAndGivesWrong", { tag })).rejects.toThrow(
        "ReturnsValidationError",
      );
      expect(await driver.query("items:ids", { tag })).toEqual([]);
    },
  },
  {
    name: "documents of a table may have one of several shapes",
    covers: [
      "convex/server.defineTable",
      "convex/server.defineSchema",
      "DefineSchemaOptions.*",
      "TableDefinition.export",
      "SchemaDefinition.export",
    ],
    differs: OTHER_WORDS,
    run: async ({ driver, tag }) => {
      const insert = (table: string, fields: Value) => driver.mutation("validators:insertTyped", { table, fields });
      const owner = await driver.mutation("people:insertAnything", { fields: { tag, name: "Ann" } });
      await insert("shapes", { kind: "circle", radius: 1 });
      await insert("shapes", { kind: "square", side: 1n, owner });
      for (const wrong of [{ kind: "circle", side: 1n }, { kind: "square", side: 1 }, { kind: "line" }, {}]) {
        const text = messageFor(driver, {
          wire: 'Failed to insert or update a document in table "shapes" because it does not match the schema: ',
          convexTest: "Validator error",
        });
        await expect(insert("shapes", wrong)).rejects.toThrow(text);
      }
    },
  },
];
