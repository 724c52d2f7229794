import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PackedVectors, type StoredVector, unitVector } from "./packedVectors.ts";

const DIMENSIONS = 5;

const number = fc.oneof(fc.constantFrom(0, 1, -1, 0.5), fc.float({ min: -10, max: 10, noNaN: true }));
const vector = fc.array(number, { minLength: DIMENSIONS, maxLength: DIMENSIONS });
const operation = fc.record({ id: fc.nat(40), vector: fc.option(vector, { freq: 4 }), filter: fc.nat(2) });

function similarity(left: ArrayLike<number>, right: ArrayLike<number>): number {
  const [a, b] = [unitVector(Float32Array.from(left)), unitVector(Float32Array.from(right))];
  return a.reduce((sum, value, dimension) => sum + value * b[dimension]!, 0);
}

describe("PackedVectors", () => {
  it("never rules out one of the best, whatever was put and removed before", () => {
    fc.assert(
      fc.property(
        fc.array(operation, { maxLength: 80, size: "max" }),
        vector,
        fc.integer({ min: 1, max: 6 }),
        fc.option(fc.nat(3)),
        (operations, query, limit, filter) => {
          const packed = new PackedVectors(DIMENSIONS, 1);
          const model = new Map<string, StoredVector>();
          for (const { id, vector: numbers, filter: value } of operations) {
            const internal = `id ${id}`;
            if (numbers === null) {
              packed.remove(internal);
              model.delete(internal);
              continue;
            }
            const stored = { internal, filters: [`value ${value}`], vector: Float32Array.from(numbers) };
            packed.put(stored);
            model.set(internal, stored);
          }
          expect(packed.size).toBe(model.size);
          const wanted = filter === null ? null : `value ${filter}`;
          const eligible = [...model.values()].filter(({ filters }) => wanted === null || filters[0] === wanted);
          const scores = eligible.map((stored) => similarity(query, stored.vector)).sort((a, b) => b - a);
          const threshold = scores[limit - 1] ?? -Infinity;
          const best = eligible.filter((stored) => similarity(query, stored.vector) >= threshold);
          const filters = wanted === null ? null : [{ position: 0, value: wanted }];
          const found = packed.candidates(unitVector(Float32Array.from(query)), limit, filters);
          expect(found).toEqual(expect.arrayContaining(best.map(({ internal }) => internal)));
          expect(new Set(found).size).toBe(found.length);
          expect(found.every((internal) => eligible.some((stored) => stored.internal === internal))).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("rules out nearly all of many vectors", () => {
    let state = 1;
    const random = () => (state = (state * 48271) % 2147483647) / 2147483647 - 0.5;
    const packed = new PackedVectors(256, 0);
    for (let n = 0; n < 3000; n++)
      packed.put({ internal: String(n), filters: [], vector: Float32Array.from({ length: 256 }, random) });
    const query = unitVector(Float32Array.from({ length: 256 }, random));
    const candidates = packed.candidates(query, 10, null);
    expect(candidates.length).toBeGreaterThanOrEqual(10);
    expect(candidates.length).toBeLessThan(100);
  });
});
