import { compareValues, convexToJson } from "convex/values";
import type { Value } from "convex/values";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ConvexJson } from "./json.ts";
import { compareJson, encodeKey, getField, indexKey, keyPrefixEnd, keySuccessor } from "./keys.ts";
import { convexValues } from "./testValues.ts";

const values = fc.option(convexValues, { nil: undefined, freq: 20 });
const runs = { numRuns: 5_000 };

function toJson(value: Value | undefined): ConvexJson | undefined {
  return value === undefined ? undefined : convexToJson(value);
}

function key(...parts: (Value | undefined)[]): Buffer {
  return encodeKey(parts.map(toJson));
}

describe("encodeKey", () => {
  it("orders like compareValues", () => {
    fc.assert(
      fc.property(values, values, (left, right) => {
        expect(Math.sign(key(left).compare(key(right)))).toBe(Math.sign(compareValues(left, right)));
      }),
      runs,
    );
  });

  it("orders sequences of values by their first difference", () => {
    fc.assert(
      fc.property(values, values, values, values, (a, b, c, d) => {
        const expected = Math.sign(compareValues(a, c)) || Math.sign(compareValues(b, d));
        expect(Math.sign(key(a, b).compare(key(c, d)))).toBe(expected);
      }),
      runs,
    );
  });

  it("orders one value of each type as documented", () => {
    const ordered = [
      undefined,
      null,
      -5n,
      7n,
      -Infinity,
      -1.5,
      -0,
      0,
      1.5,
      Infinity,
      NaN,
      false,
      true,
      "",
      "a",
      new ArrayBuffer(1),
      [],
      [1],
      {},
      { a: 1 },
    ];
    const keys = ordered.map((value) => key(value as Value | undefined));
    expect([...keys].sort((left, right) => left.compare(right))).toEqual(keys);
    expect(new Set(keys.map((each) => each.toString("hex"))).size).toBe(ordered.length);
  });

  it("does not depend on the order of an object's fields", () => {
    expect(encodeKey([{ b: 1, a: 2 }])).toEqual(encodeKey([{ a: 2, b: 1 }]));
  });

  it("holds keys larger than its buffer", () => {
    const long = "é\0".repeat(50_000);
    expect(key(long).compare(key(`${long}x`))).toBeLessThan(0);
    expect(key(long, 1).length).toBeGreaterThan(200_000);
  });

  it("gives keys that later calls do not change", () => {
    const first = key("a");
    const copy = Buffer.from(first);
    key("something else");
    expect(first).toEqual(copy);
  });
});

describe("ranges", () => {
  it("[prefix, keyPrefixEnd) holds exactly the keys that continue the prefix's values", () => {
    fc.assert(
      fc.property(values, values, values, (prefixValue, value, next) => {
        const prefix = key(prefixValue);
        const candidate = key(value, next);
        const inRange = candidate.compare(prefix) >= 0 && candidate.compare(keyPrefixEnd(prefix)) < 0;
        expect(inRange).toBe(compareValues(prefixValue, value) === 0);
      }),
      runs,
    );
  });

  it("tells a string from its continuation by a zero character", () => {
    const prefix = key("a");
    expect(key("a\0", 1).compare(keyPrefixEnd(prefix))).toBeGreaterThanOrEqual(0);
    expect(key("a", "z").compare(keyPrefixEnd(prefix))).toBeLessThan(0);
  });

  it("an empty prefix holds every key", () => {
    const end = keyPrefixEnd(encodeKey([]));
    fc.assert(
      fc.property(values, (value) => {
        expect(key(value).compare(end)).toBeLessThan(0);
      }),
    );
  });

  it("nothing lies between a key and its successor", () => {
    const next = keySuccessor(key("a"));
    expect(next.compare(key("a"))).toBeGreaterThan(0);
    expect(next.subarray(0, -1)).toEqual(key("a"));
    expect(next.at(-1)).toBe(0);
  });
});

describe("compareJson", () => {
  it("orders like compareValues", () => {
    fc.assert(
      fc.property(values, values, (left, right) => {
        expect(Math.sign(compareJson(toJson(left), toJson(right)))).toBe(Math.sign(compareValues(left, right)));
      }),
      runs,
    );
  });

  it("tells -0 from 0, and puts surrogate pairs after all other characters", () => {
    expect(compareJson({ $float: "AAAAAAAAAIA=" }, 0)).toBeLessThan(0);
    expect(compareJson(-0, 0)).toBeLessThan(0);
    expect(compareJson("𐀀", "\uffff")).toBeGreaterThan(0);
  });
});

describe("getField and indexKey", () => {
  const doc = { _id: "x", author: { name: "ann", tags: ["t"] } };

  it("follow paths through objects only", () => {
    expect(getField(doc, "author.name")).toBe("ann");
    expect(getField(doc, "author.missing.deep")).toBeUndefined();
    expect(getField(doc, "author.tags.0")).toBeUndefined();
    expect(getField(doc, "_id.length")).toBeUndefined();
  });

  it("see own fields only", () => {
    expect(getField(doc, "toString")).toBeUndefined();
    expect(getField(doc, "author.constructor")).toBeUndefined();
    expect(getField(JSON.parse('{"__proto__":{"a":1}}') as Record<string, ConvexJson>, "a")).toBeUndefined();
  });

  it("give missing fields a place of their own", () => {
    expect(indexKey(doc, ["author.name", "gone"])).toEqual(encodeKey(["ann", undefined]));
    expect(indexKey({ gone: null }, ["gone"]).compare(indexKey({}, ["gone"]))).toBeGreaterThan(0);
  });
});
