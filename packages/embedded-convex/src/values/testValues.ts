/** Generators of Convex values for property tests. */
import fc from "fast-check";
import type { Value } from "convex/values";

const specialFloats = [0, -0, 1, -1, 1.5, 5e-324, -5e-324, Number.MAX_VALUE, Infinity, -Infinity, NaN];
const floats = fc.oneof(fc.constantFrom(...specialFloats), fc.double());
const integers = fc.oneof(fc.bigInt({ min: -3n, max: 3n }), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }));

/** Strings around what is hard to order: zero bytes, prefixes, both ends of UTF-16 and UTF-8. */
const pieces = fc.constantFrom(
  "",
  "a",
  "aa",
  "b",
  "Z",
  "~",
  "\0",
  "\u007f",
  "é",
  "\ud7ff",
  "\ue000",
  "\uffff",
  "𐀀",
  "🎉",
);
const strings = fc.oneof(
  fc.array(pieces, { maxLength: 4 }).map((parts) => parts.join("")),
  fc.string({ unit: "binary" }),
);
const bytes = fc
  .oneof(
    fc.uint8Array({ maxLength: 4 }),
    fc.array(fc.constantFrom(0, 1, 128, 255), { maxLength: 4 }).map((list) => Uint8Array.from(list)),
  )
  .map((array) => array.slice().buffer);
const fieldNames = fc.constantFrom("a", "b", "ab", "B", "a b", "");

/** Any Convex value that may be stored, without lone surrogates. */
export const convexValues: fc.Arbitrary<Value> = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    fc.constant(null),
    integers,
    floats,
    fc.boolean(),
    strings.filter((text) => !/\p{Surrogate}/u.test(text)),
    bytes,
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(fieldNames, tie("value"), { maxKeys: 3, noNullPrototype: true }),
  ),
})).value;
