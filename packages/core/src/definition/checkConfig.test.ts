import { describe, expect, it } from "vitest";
import { z } from "zod";
import { checkConfig, literalFieldsOf } from "./checkConfig.ts";
import type { JsonValue } from "./schema.ts";

const schemaOf = (shape: z.ZodRawShape) =>
  JSON.parse(JSON.stringify(z.toJSONSchema(z.object(shape), { io: "input" }))) as Record<string, unknown>;

/** `code path` of each fault. */
const faultsOf = (shape: z.ZodRawShape, config: Record<string, JsonValue>) =>
  checkConfig(schemaOf(shape), config).map(({ code, path }) => `${code} ${path.join(".")}`);

describe("checkConfig", () => {
  it.each<[string, z.ZodType, JsonValue | undefined, string[]]>([
    ["text", z.string(), "a", []],
    ["a number as text", z.string(), 5, []],
    ["an object as text", z.string(), {}, ["wrong_type a"]],
    ["a missing text", z.string(), undefined, ["required_missing a"]],
    ["an empty text that may be empty", z.string(), "", []],
    ["an empty text that may not", z.string().min(1), "", ["required_missing a"]],
    ["null for a text", z.string(), null, ["required_missing a"]],
    ["null where it is allowed", z.string().nullable(), null, []],
    ["a default", z.string().default("x"), undefined, []],
    ["an optional", z.number().optional(), undefined, []],
    ["a cleared optional number", z.number().optional(), "", []],
    ["a numeric text", z.number(), " 5.5 ", []],
    ["a text that is no number", z.number(), "five", ["wrong_type a"]],
    ["a formula", z.number(), "{{1.a}}", []],
    ["a broken integer", z.int(), 1.5, ["wrong_type a"]],
    ["too small", z.number().min(2), 1, ["wrong_value a"]],
    ["too large", z.number().max(2), 3, ["wrong_value a"]],
    ["not positive", z.number().positive(), 0, ["wrong_value a"]],
    ["not below", z.number().lt(5), 5, ["wrong_value a"]],
    ["yes as text", z.boolean(), "TRUE", []],
    ["maybe", z.boolean(), "maybe", ["wrong_type a"]],
    ["a choice in another case", z.enum(["GET", "POST"]), "get", []],
    ["no choice", z.enum(["GET", "POST"]), "YELL", ["wrong_value a"]],
    ["a literal", z.literal(5), 6, ["wrong_value a"]],
    ["a text too short", z.string().min(3), "ab", ["wrong_value a"]],
    ["a text too long", z.string().max(1), "ab", ["wrong_value a"]],
    ["a pattern", z.string().regex(/^\d+$/), "x1", ["wrong_value a"]],
    ["one item for a list", z.array(z.string()), "x", []],
    ["an object for a list", z.array(z.string()), {}, ["wrong_type a"]],
    [
      "a wrong item",
      z.array(z.object({ n: z.number() })),
      [{ n: 1 }, { n: "x" }, {}],
      ["wrong_type a.1.n", "required_missing a.2.n"],
    ],
    ["too few items", z.array(z.string()).min(2), ["x"], ["wrong_value a"]],
    ["too many items", z.array(z.string()).max(1), ["x", "y"], ["wrong_value a"]],
    ["either of two", z.union([z.number(), z.array(z.number())]), [1], []],
    ["neither of two", z.union([z.number(), z.object({ a: z.number() })]), "x", ["wrong_type a"]],
    ["inside of one of two", z.union([z.number(), z.object({ b: z.number() })]), { b: "x" }, ["wrong_type a.b"]],
    ["a record", z.record(z.string(), z.number()), { x: 1, y: "no" }, ["wrong_type a.y"]],
    ["an unknown field", z.strictObject({ b: z.number().optional() }), { c: 1 }, ["unknown_field a.c"]],
    [
      "both of two",
      z.intersection(z.object({ b: z.number() }), z.object({ c: z.number() })),
      { b: 1 },
      ["required_missing a.c"],
    ],
    ["anything", z.unknown(), { deep: [1] }, []],
  ])("%s", (_name, type, value, faults) => {
    expect(faultsOf({ a: type }, value === undefined ? {} : { a: value })).toEqual(faults);
  });

  it("follows references to shared and recursive parts", () => {
    type Tree = { value: number; children?: Tree[] };
    const tree: z.ZodType<Tree> = z.lazy(() => z.object({ value: z.number(), children: z.array(tree).optional() }));
    const shared = z.number().meta({ id: "Amount" });
    expect(
      faultsOf({ a: tree, b: shared, c: shared }, { a: { value: 1, children: [{ value: "x" }] }, b: 1, c: "y" }),
    ).toEqual(["wrong_type a.children.0.value", "wrong_type c"]);
  });

  it("looks at hidden fields neither for presence nor for type", () => {
    const shape = {
      kind: z.enum(["a", "b"]).default("a"),
      extra: z.number().meta({ "x-showWhen": { field: "kind", values: ["b"] } }),
    };
    expect(faultsOf(shape, {})).toEqual([]);
    expect(faultsOf(shape, { kind: "a", extra: "x" })).toEqual([]);
    expect(faultsOf(shape, { kind: "b" })).toEqual(["required_missing extra"]);
    expect(faultsOf(shape, { kind: "b", extra: "x" })).toEqual(["wrong_type extra"]);
    expect(faultsOf(shape, { kind: "{{1.kind}}" })).toEqual([]);
    expect(faultsOf(shape, { kind: "{{1.kind}}", extra: "x" })).toEqual(["wrong_type extra"]);
  });

  it("takes formulas in literal fields for text", () => {
    const schema = schemaOf({ id: z.int().meta({ "x-literal": true }), other: z.int() });
    expect(literalFieldsOf(schema)).toEqual(["id"]);
    expect(checkConfig(schema, { id: "{{1.a}}", other: "{{1.a}}" })).toMatchObject([
      { code: "wrong_type", path: ["id"] },
    ]);
  });

  it("names fields by their title", () => {
    expect(checkConfig(schemaOf({ a: z.number().meta({ title: "Amount" }) }), { a: "x" })).toEqual([
      {
        code: "wrong_type",
        path: ["a"],
        message: 'Amount must be a number, but it is the text "x".',
        fix: "Change the value or map one with a formula.",
      },
    ]);
  });
});
