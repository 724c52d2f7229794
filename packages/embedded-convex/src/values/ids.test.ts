import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeId, encodeId } from "./ids.ts";

const internalIds = fc.uint8Array({ minLength: 16, maxLength: 16 });
const tableNumbers = fc.oneof(fc.integer({ min: 1, max: 20_000 }), fc.integer({ min: 1, max: 0xffff_ffff }));

describe("encodeId", () => {
  it("gives the ids that the Convex backend gives", () => {
    const internal = new Uint8Array(16).fill(251);
    for (let index = 1; index < 16; index += 1) internal[index] = (internal[index - 1]! * 251) & 0xff;
    expect(encodeId(1017, internal)).toBe("z43zp6c3e75gkmz1kfwj6mbbx5sw281h");
  });

  it("is reversed by decodeId for every table and internal id", () => {
    fc.assert(
      fc.property(tableNumbers, internalIds, (tableNumber, internal) => {
        expect(decodeId(encodeId(tableNumber, internal))).toEqual({ tableNumber, internal });
      }),
      { numRuns: 2_000 },
    );
  });

  it("refuses table numbers and internal ids that have no encoding", () => {
    expect(() => encodeId(0, new Uint8Array(16))).toThrow(RangeError);
    expect(() => encodeId(2 ** 32, new Uint8Array(16))).toThrow(RangeError);
    expect(() => encodeId(1, new Uint8Array(15))).toThrow(RangeError);
  });
});

describe("decodeId", () => {
  const id = encodeId(
    10_001,
    Uint8Array.from({ length: 16 }, (_, index) => index * 13),
  );

  it("answers null for anything else of the right length", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 31, maxLength: 37, unit: "binary" }), (text) => {
        const decoded = decodeId(text);
        if (decoded !== null) expect(encodeId(decoded.tableNumber, decoded.internal)).toBe(text);
      }),
    );
    expect(decodeId("")).toBeNull();
    expect(decodeId("x".repeat(10_000))).toBeNull();
    // Looks like an id with a one-byte table number, but the varint goes on.
    expect(decodeId("sssswsgggggggggsgcsssfafffsffks")).toBeNull();
  });

  it("notices every changed character, in either case", () => {
    for (let index = 0; index < id.length; index += 1) {
      const changed = id.slice(0, index) + (id[index] === "0" ? "1" : "0") + id.slice(index + 1);
      expect(decodeId(changed)).toBeNull();
    }
    expect(decodeId(id.toUpperCase())).toBeNull();
  });
});
