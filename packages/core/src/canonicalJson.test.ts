import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson } from "./canonicalJson.ts";
import { jsonValue } from "./testing/arbitraries.ts";

describe("canonicalJson", () => {
  it("does not depend on the order of keys", () => {
    expect(canonicalJson({ b: 1, a: [{ d: 1, c: null }] })).toBe('{"a":[{"c":null,"d":1}],"b":1}');
    expect(canonicalJson({ a: undefined, b: [undefined] })).toBe('{"b":[null]}');
    expect(canonicalJson("é\n")).toBe('"é\\n"');
    expect(canonicalJson(undefined)).toBe("null");
  });

  it("writes any JSON so that it reads back equal", () => {
    const property = fc.property(jsonValue, (value) => {
      expect(JSON.parse(canonicalJson(value))).toEqual(value);
    });
    fc.assert(property, { seed: 7 });
  });
});
