import { expect, it } from "vitest";
import { readLimit, withSettings } from "./scenarioSettings.ts";

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
