import { expect, it } from "vitest";
import { fromForm, readDays, toForm } from "./retentionForm.ts";

it("reads whole days within bounds", () => {
  expect([" 30 ", "1", "365"].map(readDays)).toEqual([30, 1, 365]);
  expect(["0", "366", "1.5", "", "many"].map(readDays)).toEqual([null, null, null, null, null]);
});

it("goes from a rule to a form and back", () => {
  const rule = { succeededDays: 7, failedDays: 60, succeededData: "drop" as const };
  expect(fromForm(toForm(rule))).toEqual(rule);
  expect(fromForm({ ...toForm(rule), failedDays: "x" })).toBeNull();
});
