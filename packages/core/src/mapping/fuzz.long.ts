import fc from "fast-check";
import { expect, it } from "vitest";
import { bundle, checkFormula, formula } from "../testing/formulas.ts";

/** A new seed each time a session wants one; a failure prints seed and path, which reproduce it. */
const SEED = 20_261_120;

it("takes a million formulas: none throws, hangs, exceeds its budget or reaches a host object", () => {
  const outcomes = { value: 0, error: 0 };
  fc.assert(
    fc.property(formula, bundle, (text, data) => void outcomes[checkFormula(text, data)]++),
    { numRuns: 1_000_000, seed: SEED },
  );
  expect(outcomes.value + outcomes.error).toBe(1_000_000);
}, 600_000);
