import { describe, expect, it } from "vitest";
import { runDifferential } from "./differential.ts";

describe("convex-test and the embedded deployment", () => {
  it("agree on 300 generated cases", async () => {
    const { cases, operations } = await runDifferential({ seed: 1, cases: 300 });
    expect(cases).toBe(300);
    // Operations that are hardly ever accepted would agree on nothing worth knowing.
    for (const { count, refused } of Object.values(operations)) expect(refused / count).toBeLessThan(0.5);
  });
});
