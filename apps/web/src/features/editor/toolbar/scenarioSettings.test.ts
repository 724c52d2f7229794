import { describe, expect, it } from "vitest";
import { readLimit, readSensitiveFields, withSettings } from "./scenarioSettings.ts";

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
