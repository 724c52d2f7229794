import { expect, it } from "vitest";
import { inTurns } from "./inTurns.ts";

const items = (text: string) => [...text].map((organizationId, index) => ({ organizationId, index }));
const told = (text: string, limit: number) =>
  inTurns(items(text), limit)
    .map(({ organizationId, index }) => organizationId + String(index))
    .join(" ");

it("takes one of each organization after the other, in their order", () => {
  expect(told("aaaaab", 3)).toBe("a0 b5 a1");
  expect(told("abcaab", 5)).toBe("a0 b1 c2 a3 b5");
});

it("leaves what fits as it is", () => {
  expect(told("aab", 3)).toBe("a0 a1 b2");
  expect(told("", 3)).toBe("");
  expect(told("ab", 0)).toBe("");
});
