import { convexToJson, getConvexSize, v } from "convex/values";
import type { GenericValidator, Value } from "convex/values";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeId } from "./ids.ts";
import type { ConvexJson, ValidatorJson } from "./json.ts";
import { MAX_DOCUMENT_SIZE } from "./limits.ts";
import { convexValues } from "./testValues.ts";
import { documentProblem, jsonSize, validateValue } from "./validator.ts";

const numbers: Record<string, number> = { users: 10_001, posts: 10_002, _storage: 5 };
const tables = (name: string) => numbers[name];
const tableNames = (number: number) => Object.keys(numbers).find((name) => numbers[name] === number);
const userId = encodeId(10_001, new Uint8Array(16).fill(7));
const postId = encodeId(10_002, new Uint8Array(16).fill(7));

function check(validator: GenericValidator, value: Value): string | null {
  const { json } = validator as unknown as { json: ValidatorJson };
  return validateValue(json, convexToJson(value), tables, tableNames);
}

describe("validateValue accepts", () => {
  const cases: [string, GenericValidator, Value[]][] = [
    ["null", v.null(), [null]],
    ["floats, also special ones", v.number(), [1, -0, NaN, Infinity]],
    ["integers", v.int64(), [1n, -(2n ** 63n)]],
    ["booleans", v.boolean(), [true]],
    ["strings", v.string(), [""]],
    ["bytes", v.bytes(), [new ArrayBuffer(3)]],
    ["anything", v.any(), [null, { a: [1] }]],
    [
      "literals of each type",
      v.union(v.literal("a"), v.literal(1), v.literal(2n), v.literal(true)),
      ["a", 1, 2n, true],
    ],
    ["ids of the right table", v.id("users"), [userId]],
    ["arrays", v.array(v.string()), [[], ["a"]]],
    [
      "objects with and without optional fields",
      v.object({ a: v.optional(v.string()), b: v.number() }),
      [{ b: 1 }, { a: "x", b: 1 }],
    ],
    ["records by key and value", v.record(v.id("users"), v.number()), [{}, { [userId]: 1 }]],
    ["a union of one", v.union(v.string()), ["a"]],
  ];
  it.each(cases)("%s", (_name, validator, accepted) => {
    for (const value of accepted) expect(check(validator, value)).toBeNull();
  });
});

describe("validateValue refuses", () => {
  it("other types, with path, value and validator", () => {
    const validator = v.object({ list: v.array(v.object({ name: v.string() })) });
    expect(check(validator, { list: [{ name: "a" }, { name: 1 }] })).toBe(
      "Value does not match validator.\nPath: .list[1].name\nValue: 1.0\nValidator: v.string()",
    );
    expect(check(v.string(), null)).toBe("Value does not match validator.\n\nValue: null\nValidator: v.string()");
  });

  it("encoded scalars where an object is expected, and numbers for integers", () => {
    expect(check(v.object({}), 1n)).toContain("Validator: v.object({})");
    expect(check(v.record(v.string(), v.any()), new ArrayBuffer(1))).toContain(
      "Validator: v.record(v.string(), v.any())",
    );
    expect(check(v.int64(), 1)).toBe("Value does not match validator.\n\nValue: 1.0\nValidator: v.int64()");
    expect(check(v.number(), 1n)).toBe("Value does not match validator.\n\nValue: 1\nValidator: v.float64()");
  });

  it("missing and extra fields, in the backend's words", () => {
    const validator = v.object({ id: v.string(), note: v.optional(v.number()) });
    const shown = "Validator: v.object({id: v.string(), note: v.optional(v.float64())})";
    expect(check(validator, {})).toBe(
      `Object is missing the required field \`id\`. Consider wrapping the field validator in \`v.optional(...)\` if this is expected.\n\nObject: {}\n${shown}`,
    );
    expect(check(validator, { id: "x", bogus: 1 })).toBe(
      `Object contains extra field \`bogus\` that is not in the validator.\n\nObject: {bogus: 1.0, id: "x"}\n${shown}`,
    );
    expect(check(v.object({ in: validator }), { in: { id: "x", bogus: true } })).toContain(
      "validator.\nPath: .in\nObject:",
    );
  });

  it("fields that objects inherit", () => {
    expect(check(v.object({ toString: v.any() }), {})).toContain("missing the required field `toString`");
    expect(check(v.object({}), { constructor: 1 })).toContain("extra field `constructor`");
  });

  it("ids of other tables and text that is no id", () => {
    expect(check(v.id("users"), postId)).toBe(
      `Found ID "${postId}" from table \`posts\`, which does not match the table name in validator \`v.id("users")\`.`,
    );
    const fileId = encodeId(5, new Uint8Array(16));
    expect(check(v.object({ a: v.id("users") }), { a: fileId })).toBe(
      `Found ID "${fileId}" from a system table, which does not match the table name in validator \`v.id("users")\`.Path: .a`,
    );
    expect(check(v.id("users"), "nope")).toBe(
      'Value does not match validator.\n\nValue: "nope"\nValidator: v.id("users")',
    );
    expect(check(v.id("unknown"), userId)).not.toBeNull();
  });

  it("other literals", () => {
    expect(check(v.literal("a"), "b")).toBe('`"b"` does not match literal validator `v.literal("a")`.');
    expect(check(v.object({ n: v.literal(1) }), { n: 2 })).toBe(
      "`2.0` does not match literal validator `v.literal(1.0)`.Path: .n",
    );
  });

  it("what no member of a union accepts", () => {
    const validator = v.union(v.string(), v.object({ a: v.null() }));
    expect(check(validator, { a: 1 })).toBe(
      "Value does not match validator.\n\nValue: {a: 1.0}\nValidator: v.union(v.string(), v.object({a: v.null()}))",
    );
    expect(check(v.union(), 1)).toContain("Validator: v.union()");
  });

  it("records by key and by value", () => {
    const validator = v.record(v.id("users"), v.number());
    expect(check(validator, { x: 1 })).toContain("Path: .keys()");
    expect(check(validator, { [userId]: "x" })).toContain("Path: .values()");
  });

  it("a huge value with a message of bounded length", () => {
    expect(check(v.number(), "x".repeat(1_000_000))!.length).toBeLessThan(10_000);
  });
});

describe("jsonSize", () => {
  it("is getConvexSize", () => {
    fc.assert(
      fc.property(convexValues, (value) => {
        expect(jsonSize(convexToJson(value))).toBe(getConvexSize(value));
      }),
      { numRuns: 2_000 },
    );
    for (const text of ["é".repeat(600), "🎉".repeat(10)]) expect(jsonSize(text)).toBe(getConvexSize(text));
  });
});

describe("documentProblem", () => {
  const nested = (depth: number): ConvexJson => (depth === 0 ? 1 : { in: nested(depth - 1) });
  const fields = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`f${index}`, 0]));

  it("is null at the limits", () => {
    expect(documentProblem({ _id: userId, _creationTime: 1, ...fields(1000) })).toBeNull();
    expect(documentProblem(nested(16))).toBeNull();
    expect(documentProblem({ list: new Array<number>(8192).fill(0) })).toBeNull();
    expect(documentProblem({ s: "x".repeat(MAX_DOCUMENT_SIZE - 6) })).toBeNull();
    expect(documentProblem({ "a b~": 1, [`${"n".repeat(1024)}`]: 2 })).toBeNull();
  });

  it("names what is beyond them", () => {
    expect(documentProblem(nested(17))).toContain("Document is too nested");
    expect(documentProblem({ list: new Array<number>(8193).fill(0) })).toBe(
      "Array length is too long (8193 > maximum length 8192)",
    );
    expect(documentProblem(fields(1025))).toBe("Object has too many fields (1025 > maximum number 1024)");
    expect(documentProblem({ s: "x".repeat(MAX_DOCUMENT_SIZE - 5) })).toBe(
      "Value is too large (1 MiB > maximum size 1 MiB)",
    );
    expect(documentProblem({ s: "x".repeat(3 << 19) })).toBe("Value is too large (1.5 MiB > maximum size 1 MiB)");
  });

  it("names field names that Convex refuses", () => {
    expect(documentProblem({ a: { $b: 1 } })).toContain("starts with a '$', which is reserved");
    expect(documentProblem({ é: 1 })).toContain("has invalid character 'é'");
    expect(documentProblem({ "a\n": 1 })).toContain("has invalid character");
    expect(documentProblem({ ["n".repeat(1025)]: 1 })).toContain("exceeds maximum field name length 1024");
    expect(documentProblem({ _secret: 1 })).toContain("Field '_secret' starts with an underscore");
    expect(documentProblem({ nested: { _fine: 1 } })).toBeNull();
  });

  it("refuses what is no object, and text that is not Unicode", () => {
    for (const value of [null, 1, "x", [], { $integer: "AAAAAAAAAAA=" }])
      expect(documentProblem(value)).toBe("Documents must be objects.");
    expect(documentProblem({ s: "\ud800" })).toContain("lone surrogate");
  });
});
