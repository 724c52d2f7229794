import { describe, expect, it } from "vitest";
import { lengthCode, lengthFactors, termScore, termWeight } from "./bm25.ts";

/** `byte4ToInt` of Lucene's SmallFloat, as published: the lengths behind some codes. */
const KNOWN = [
  [0, 0], [1, 1], [39, 39], [40, 40], [41, 42], [47, 54], [48, 56], [49, 60], [56, 88], [64, 152],
] as const; // prettier-ignore

describe("BM25", () => {
  it("rounds lengths down to what one byte can say", () => {
    for (const [code, length] of KNOWN) expect(lengthCode(length)).toBe(code);
    expect(lengthCode(41)).toBe(40);
    expect(lengthCode(59)).toBe(48);
    expect(lengthCode(2 ** 31)).toBeLessThanOrEqual(255);
    for (let length = 1; length < 3000; length++)
      expect(lengthCode(length)).toBeGreaterThanOrEqual(lengthCode(length - 1));
  });

  it("scores as the formula says, with k1 = 1.2 and b = 0.75", () => {
    const statistics = { documents: 10, words: 100 };
    const factor = lengthFactors(statistics)[lengthCode(20)]!;
    const rarity = Math.log(1 + (10 - 3 + 0.5) / (3 + 0.5));
    const expected = (rarity * 2 * 2.2) / (2 + 1.2 * (1 - 0.75 + 0.75 * (20 / 10)));
    expect(termScore(termWeight(statistics, 3, 1), 2, factor)).toBeCloseTo(expected, 12);
    expect(termScore(termWeight(statistics, 3, 0.5), 2, factor)).toBeCloseTo(expected / 2, 12);
  });
});
