import { describe, expect, it } from "vitest";
import type { JsonValue } from "../definition/schema.ts";
import { compileBodySchema, schemaOfSample } from "./bodySchema.ts";

function faultOf(schema: unknown, body: JsonValue): string | null {
  const compiled = compileBodySchema(schema);
  if (!compiled.ok) throw new Error(compiled.message);
  const fault = compiled.check(body);
  return fault && `${fault.field} ${fault.message}`;
}

describe("a schema", () => {
  it.each<[unknown, JsonValue, string | null]>([
    [{ type: "string" }, 1, "body must be a text"],
    [{ type: ["integer", "null"] }, 1.5, "body must be a whole number or null"],
    [{ type: "integer" }, 2, null],
    [{ enum: ["a", { b: [1] }] }, { b: [1] }, null],
    [{ const: 5 }, 6, "body must be 5"],
    [{ required: ["a"] }, {}, "body.a is missing"],
    [{ required: ["a"] }, [], null],
    [{ properties: { "odd name": { type: "null" } } }, { "odd name": 1 }, 'body["odd name"] must be null'],
    [{ properties: { a: {} }, additionalProperties: false }, { a: 1, b: 2 }, "body.b is not allowed"],
    [{ additionalProperties: { minimum: 3 } }, { a: 2 }, "body.a must be at least 3"],
    [{ items: { type: "number" } }, [1, "2"], "body[1] must be a number"],
    [{ prefixItems: [{ const: 1 }], items: { type: "string" } }, [1, "a", 2], "body[2] must be a text"],
    [{ minItems: 1 }, [], "body needs 1 or more items"],
    [
      { uniqueItems: true },
      [
        { a: 1, b: 2 },
        { b: 2, a: 1 },
      ],
      "body holds an item twice",
    ],
    [{ maxLength: 2 }, "äöü", "body may have 2 characters at most"],
    [{ maxLength: 1 }, "😀", null],
    [{ pattern: "^a+$" }, "aab", "body is not written as expected"],
    [{ pattern: "b" }, "abc", null],
    [{ multipleOf: 0.01 }, 19.99, null],
    [{ exclusiveMaximum: 3 }, 3, "body must be less than 3"],
    [
      { anyOf: [{ type: "string" }, { properties: { a: { type: "number" } }, type: "object" }] },
      { a: "x" },
      "body.a must be a number",
    ],
    [{ oneOf: [{ type: "number" }, { minimum: 0 }] }, 1, "body fits more than one of the allowed forms"],
    [{ allOf: [{ minimum: 1 }, { maximum: 2 }] }, 3, "body must be at most 2"],
    [{ not: { type: "null" } }, null, "body is not allowed"],
    [{ $ref: "#/$defs/n", $defs: { n: { type: "number" } } }, "x", "body must be a number"],
    [
      { properties: { next: { $ref: "#" }, n: { type: "number" } } },
      { next: { n: "x" } },
      "body.next.n must be a number",
    ],
    [{ $ref: "#" }, 1, "body cannot be checked: the schema goes in circles"],
    [false, 1, "body is not allowed"],
    [{ properties: { a: { type: "string" } } }, { ["__proto__"]: 1 }, null],
  ])("%j on %j", (schema, body, expected) => {
    expect(faultOf(schema, body)).toBe(expected);
  });

  it.each([
    [{ if: {} }, '"if"'],
    [{ patternProperties: {} }, "patternProperties"],
    [{ type: "text" }, "text"],
    [{ $ref: "https://elsewhere" }, "refers to"],
    [{ pattern: "(" }, "pattern"],
    [{ minimum: "3" }, "not a number"],
    ["{}", "not an object"],
  ])("%j is refused, since it would not be checked", (schema, message) => {
    const compiled = compileBodySchema(schema);
    expect(compiled.ok ? "" : compiled.message).toContain(message);
  });

  it("takes no longer for a pattern that backtracking engines choke on", () => {
    expect(faultOf({ pattern: "^(a+)+$" }, `${"a".repeat(50_000)}!`)).toContain("written");
  });
});

it("is made from a sample, which fits it", () => {
  const sample = { id: "1", items: [{ n: 1, note: null }], tags: [] };
  const schema = schemaOfSample(sample);
  expect(schema).toMatchObject({ type: "object", required: ["id", "items", "tags"] });
  expect(faultOf(schema, sample)).toBeNull();
  expect(faultOf(schema, { ...sample, items: [{ n: "1", note: "x" }] })).toBe("body.items[0].n must be a number");
});
