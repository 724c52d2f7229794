import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { convexToJson } from "convex/values";
import { convexValues } from "../values/testValues.ts";
import { fromExportLine, fromPlainJson, toExportLine } from "./exportedValues.ts";

describe("lines of an export", () => {
  it("bring every value back as it was", () => {
    fc.assert(
      fc.property(convexValues, (stored) => {
        const value = convexToJson(stored);
        expect(fromExportLine(toExportLine(JSON.stringify(value)))).toEqual(value);
      }),
    );
  });

  it("look as those of Convex do", () => {
    const value = {
      int: { $integer: "KgAAAAAAAAA=" },
      one: 1,
      half: 0.5,
      big: 1e300,
      zero: { $float: "AAAAAAAAAIA=" },
    };
    expect(toExportLine(JSON.stringify(value))).toBe('{"int":42,"one":1.0,"half":0.5,"big":1e+300,"zero":-0.0}');
    expect(toExportLine('{"a":{"$bytes":"AAE="},"b":{"$float":"AAAAAAAA8H8="}}')).toBe(
      '{"a":{"$bytes":"AAE="},"b":{"$float":"AAAAAAAA8H8="}}',
    );
    expect(fromExportLine("[9223372036854775807,9223372036854775808]")).toEqual([
      { $integer: "/////////38=" },
      9223372036854775808,
    ]);
  });

  it("are refused when they hold what is no value", () => {
    for (const line of ['{"a":{"$integer":"x"}}', '{"a":{"$nonsense":1}}', "{"]) {
      expect(() => fromExportLine(line)).toThrow();
    }
  });
});

describe("plain JSON", () => {
  it("has only floats, and no encoded values", () => {
    expect(fromPlainJson({ a: 5, b: [1.5] })).toEqual({ a: 5, b: [1.5] });
    expect(fromPlainJson(JSON.parse("[-0, 1e999]") as never)).toEqual([
      { $float: "AAAAAAAAAIA=" },
      { $float: "AAAAAAAA8H8=" },
    ]);
    expect(() => fromPlainJson({ a: { $integer: "AQAAAAAAAAA=" } })).toThrow("$integer starts with '$'");
  });
});
