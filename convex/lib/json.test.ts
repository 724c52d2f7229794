import { describe, expect, it } from "vitest";
import { jsonFault, readJson } from "./json.ts";

const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);

describe("readJson", () => {
  it.each([
    ["null", null],
    ["-0.5e3", -500],
    ['{"__proto__":{"a":1}}', JSON.parse('{"__proto__":{"a":1}}')],
    ['"[[[[ \\" ]]]]"', '[[[[ " ]]]]'],
    ['"\\ud800\\u0000"', "\ud800\0"],
    ['["1e400", 1e308, 1e-400, 17e+100]', ["1e400", 1e308, 0, 1.7e101]],
    [nested(200), JSON.parse(nested(200))],
  ])("reads %s", (text, value) => {
    expect(readJson(text)).toEqual({ ok: true, value });
  });

  it.each([
    ["", /is not JSON/],
    ["{", /is not JSON/],
    ["{'a':1}", /is not JSON/],
    ["NaN", /is not JSON/],
    [nested(201), /200 levels/],
    ["[".repeat(5_000_000), /200 levels/],
    [`${'{"a":'.repeat(201)}1${"}".repeat(201)}`, /200 levels/],
    ["1e400", /too large/],
    ['{"a":[{"b":-1E+999}]}', /too large/],
    ["9".repeat(400), /too large/],
    [`${"9".repeat(300)}.5e10`, /too large/],
  ])("says what is wrong with %.20s", (text, fault) => {
    expect(jsonFault(text)).toMatch(fault);
  });
});
