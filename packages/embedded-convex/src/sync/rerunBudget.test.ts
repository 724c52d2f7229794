import { expect, it } from "vitest";
import { RerunBudget } from "./rerunBudget.ts";

const at = { ms: 0 };
const create = (share: number) => new RerunBudget({ share, burstMicros: 1000, now: () => at.ms });

it("allows a burst at once, and then its share of the time", () => {
  at.ms = 0;
  const budget = create(0.25);
  expect(budget.waitMs()).toBe(0);
  budget.spend(999);
  expect(budget.waitMs()).toBe(0);
  budget.spend(501);
  expect(budget.waitMs()).toBe(3);
  at.ms = 2;
  expect(budget.waitMs()).toBe(1);
  at.ms = 3;
  expect(budget.waitMs()).toBe(0);
});

it("spends no more than its share under a flood of work", () => {
  at.ms = 0;
  const budget = create(0.25);
  let spent = 0;
  for (; at.ms < 10_000; at.ms++) {
    if (budget.waitMs() > 0) continue;
    budget.spend(700);
    spent += 700;
  }
  expect(spent / 10_000_000).toBeGreaterThan(0.24);
  expect(spent / 10_000_000).toBeLessThan(0.26);
});

it("saves up no more than a burst, and is overdrawn by no more than one", () => {
  at.ms = 0;
  const budget = create(0.5);
  at.ms = 1_000_000;
  budget.spend(5000);
  expect(budget.waitMs()).toBe(3);
  at.ms += 3;
  expect(budget.waitMs()).toBe(0);
});
