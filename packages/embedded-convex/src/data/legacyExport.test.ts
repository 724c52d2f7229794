import { describe, expect, it } from "vitest";
import type { ConvexJson } from "../values/json.ts";
import { fromLegacyExport, parseShape } from "./legacyExport.ts";

const ONE = { $integer: "AQAAAAAAAAA=" };
const INFINITY = { $float: "AAAAAAAA8H8=" };

/** Reads a value as the field `a` of a document. */
function read(shape: string, value: ConvexJson, context?: ConvexJson): ConvexJson | undefined {
  const contexts = new Map(context === undefined ? [] : [["x", { a: context }]]);
  const document = fromLegacyExport(
    { _id: "x", a: value },
    { shape: parseShape(`{"_id": "x", "a": ${shape}}`), contexts },
  );
  return (document as Record<string, ConvexJson>).a;
}

describe("an export in the older encoding", () => {
  it("has texts that only the shape tells apart", () => {
    expect(read("int64", "1")).toEqual(ONE);
    expect(read("string", "1")).toBe("1");
    expect(read("id<10001> | null", "1")).toBe("1");
    expect(read('"1" | field_name', "1")).toBe("1");
    expect(read("bytes", "AAE=")).toEqual({ $bytes: "AAE=" });
    expect(read("inf | normalfloat64", "Infinity")).toEqual(INFINITY);
    expect(read("normalfloat64 | -0", 1.5)).toBe(1.5);
    expect(read("array<int64 | null>", ["1", null])).toEqual([ONE, null]);
    expect(read("record<field_name, int64>", { k: "1" })).toEqual({ k: ONE });
    expect(read('{"b"?: int64, "c": {}} | {"b": int64}', { b: "1" })).toEqual({ b: ONE });
  });

  it("has texts where the shape leaves a doubt", () => {
    expect(read("int64 | string", "1")).toBe("1");
    expect(read("int64 | string", "1", "int64")).toEqual(ONE);
    expect(read("unknown", ["1", "1"], ["int64", "infer"])).toEqual([ONE, "1"]);
    expect(read("unknown", { b: "AAE=", c: "AAE=" }, { b: "bytes" })).toEqual({ b: { $bytes: "AAE=" }, c: "AAE=" });
    expect(read("float64", "Infinity", "float64inf")).toEqual(INFINITY);
    expect(read("float64", "NaN", { $float64NaN: "AAAAAAAA+H8=" })).toEqual({ $float: "AAAAAAAA+H8=" });
  });

  it("is refused where it cannot be read", () => {
    for (const shape of ["set<string>", "{", '{"a": int64', "int64 |", "integer"])
      expect(() => parseShape(shape)).toThrow("unexpected token");
    expect(() => read("int64", "one")).toThrow();
    expect(() => read("string", "1", ["int64"])).toThrow("unsupported context");
  });
});
