import { describe, expect, it } from "vitest";
import { readLife, readLimit, readSensitiveFields, showLife, withSettings } from "./scenarioSettings.ts";

it("reads whole numbers within bounds, and nothing as no limit", () => {
  expect(readLimit(" 3 ", 100)).toEqual({ ok: true, value: 3 });
  expect(readLimit("", 100)).toEqual({ ok: true, value: undefined });
  for (const text of ["0", "101", "1.5", "many", "-1"]) expect(readLimit(text, 100).ok).toBe(false);
});

it("keeps only the settings that are there", () => {
  const bare = { format: 1 as const, nodes: [], edges: [] };
  const limited = withSettings(bare, { maxConcurrentRuns: 1, maxOperations: undefined });
  expect(limited.settings).toEqual({ maxConcurrentRuns: 1 });
  expect(withSettings(limited, { maxConcurrentRuns: undefined, maxOperations: undefined })).toEqual(bare);
});

describe("readSensitiveFields", () => {
  it("takes one field per line, each once", () => {
    expect(readSensitiveFields(" 1.body.card \n\n2\n1.body.card")).toEqual({ ok: true, value: ["1.body.card", "2"] });
    expect(readSensitiveFields("  ")).toEqual({ ok: true, value: undefined });
  });

  it("names what is no field", () => {
    expect(readSensitiveFields("1.a\nbody.card")).toMatchObject({
      ok: false,
      message: expect.stringContaining("body.card"),
    });
  });
});

describe("the life of a run", () => {
  it("is typed in days, hours or minutes, and shown in the largest unit that fits", () => {
    expect(readLife({ text: "2", unit: "hours" })).toEqual({ ok: true, value: 7_200 });
    expect(readLife({ text: " ", unit: "days" })).toEqual({ ok: true, value: undefined });
    expect(readLife({ text: "91", unit: "days" })).toMatchObject({ ok: false });
    expect(showLife(7_200)).toEqual({ text: "2", unit: "hours" });
    expect(showLife(86_400 * 30)).toEqual({ text: "30", unit: "days" });
    expect(showLife(undefined)).toEqual({ text: "", unit: "days" });
  });
});
