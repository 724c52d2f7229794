import { describe, expect, it } from "vitest";
import { z } from "zod";
import { coerceToSchema } from "./coerce.ts";
import type { IntegrationError } from "./errors.ts";
import { field, jsonValue, nameValueList } from "./fields.ts";
import { toInputSchema } from "./jsonSchema.ts";
import { parseInput } from "./parseInput.ts";

describe("coerceToSchema", () => {
  it.each([
    ["a number into text", { type: "string" }, 42, "42"],
    ["a boolean into text", { type: "string" }, true, "true"],
    ["an object into text", { type: "string" }, { a: 1 }, '{"a":1}'],
    ["text into a number", { type: "number" }, " 4.5 ", 4.5],
    ["empty text into no number", { type: "integer" }, " ", undefined],
    ["what is no number not at all", { type: "number" }, "4 apples", "4 apples"],
    ["text into a boolean", { type: "boolean" }, "TRUE", true],
    ["0 into a boolean", { type: "boolean" }, 0, false],
    ["empty text into no boolean", { type: "boolean" }, "", undefined],
    ["what is no boolean not at all", { type: "boolean" }, "maybe", "maybe"],
    ["one value into a list", { type: "array", items: { type: "string" } }, 7, ["7"]],
    ["items of a list", { type: "array", items: { type: "number" } }, ["1", 2], [1, 2]],
    ["empty text into no list", { type: "array" }, "", undefined],
    ["a choice in another case", { type: "string", enum: ["GET", "POST"] }, "post", "POST"],
    ["an unknown choice not at all", { type: "string", enum: ["GET"] }, "BREW", "BREW"],
    ["empty into nothing", { type: "string" }, null, undefined],
    ["null where anything goes not at all", {}, null, null],
    ["anything where anything goes not at all", {}, { a: [1] }, { a: [1] }],
    ["text into an object not at all", { type: "object" }, "x", "x"],
    ["nothing into nothing", { type: "string" }, undefined, undefined],
  ])("brings %s", (_name, schema, value, expected) => {
    expect(coerceToSchema(schema, value)).toEqual(expected);
  });

  it("works inside objects, with and without named properties", () => {
    const schema = { type: "object", properties: { a: { type: "number" } }, additionalProperties: { type: "string" } };
    expect(coerceToSchema(schema, { a: "1", b: 2, c: null })).toEqual({ a: 1, b: "2" });
  });

  it("treats __proto__ as a key like any other", () => {
    const value: unknown = JSON.parse('{"__proto__": {"polluted": 1}}');
    const result = coerceToSchema({ type: "object", properties: {} }, value) as object;
    expect(Object.hasOwn(result, "__proto__")).toBe(true);
    expect((result as { polluted?: number }).polluted).toBeUndefined();
  });
});

describe("parseInput", () => {
  const schema = z.object({
    url: z
      .string()
      .min(1)
      .meta(field({ label: "URL" })),
    count: z
      .number()
      .int()
      .max(5)
      .default(1)
      .meta(field({ label: "Count" })),
    headers: nameValueList({ name: "Header" })
      .default([])
      .meta(field({ label: "Headers" })),
    body: jsonValue()
      .optional()
      .meta(field({ label: "Body" })),
  });
  const parse = (input: unknown) => parseInput(schema, toInputSchema(schema), input);

  it("fills in defaults and brings mapped values to the fields' types", () => {
    expect(parse({ url: "u", count: "3", headers: { name: "a", value: 5 }, body: [1] })).toEqual({
      url: "u",
      count: 3,
      headers: [{ name: "a", value: "5" }],
      body: [1],
    });
    expect(parse({ url: "u" })).toEqual({ url: "u", count: 1, headers: [] });
  });

  it("names each field by its label", () => {
    const attempt = () => parse({ count: 9, headers: [{ name: "a" }, { value: "x" }] });
    expect(attempt).toThrow(/^URL is empty\. Count: .*<=5.* Headers 2 › Header is empty\.$/);
    try {
      attempt();
    } catch (error) {
      expect((error as IntegrationError).data).toMatchObject({
        kind: "invalid",
        notPerformed: true,
        details: { fields: [{ field: ["url"] }, { field: ["count"] }, { field: ["headers", 1, "name"] }] },
      });
    }
  });

  it("says so when the whole input has the wrong shape", () => {
    expect(() => parse("x")).toThrow(/^The input: /);
  });
});

describe("odd names", () => {
  it("are fields like any other, and change no prototype", () => {
    const given = JSON.parse('{"__proto__":{"polluted":"1"},"constructor":"2","n":"3"}') as unknown;
    const schema = { type: "object", properties: { n: { type: "number" } }, additionalProperties: {} };
    const coerced = coerceToSchema(schema, given) as Record<string, unknown>;
    expect(Object.keys(coerced)).toEqual(["__proto__", "constructor", "n"]);
    expect(coerced.n).toBe(3);
    expect(Object.getPrototypeOf(coerced)).toBe(Object.prototype);
    expect((coerced as { polluted?: string }).polluted).toBeUndefined();
  });
});
