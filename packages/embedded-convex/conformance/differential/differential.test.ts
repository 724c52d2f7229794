import { describe, expect, it } from "vitest";
import { runDifferential } from "./differential.ts";

describe("convex-test and the embedded deployment", () => {
  it("agree on 300 generated cases", async () => {
    const { cases, operations, refused } = await runDifferential({ seed: 1, cases: 300 });
    expect(cases).toBe(300);
    // Cases in which next to nothing is accepted would agree on nothing worth knowing.
    expect(refused / operations).toBeLessThan(0.5);
  });
});
