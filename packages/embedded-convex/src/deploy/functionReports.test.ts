import { beforeEach, expect, it } from "vitest";
import type { LogEntry } from "../process/messages.ts";
import { FunctionReports } from "./functionReports.ts";

let written: string[];
let nowMs: number;
let reports: FunctionReports;

beforeEach(() => {
  written = [];
  nowMs = Date.UTC(2026, 0, 2);
  reports = new FunctionReports({ write: (text) => written.push(text), nowMs: () => nowMs });
});

function entry(change: { error?: string; logLines?: string[] }): LogEntry {
  const fixed = {
    kind: "Completion",
    identifier: "shop:buy",
    udfType: "Mutation",
    timestamp: 0,
    executionTime: 0,
  } as const;
  return {
    ...fixed,
    requestId: "0123456789abcdef",
    success: null,
    error: change.error ?? null,
    logLines: change.logLines ?? [],
  };
}

it("writes errors and warnings, and nothing of lesser weight", () => {
  reports.add(entry({ logLines: ["[LOG] 'hello'", "[ERROR] 'no stock'", "[INFO] 'x'", "[WARN] 'low'"] }));
  expect(written).toEqual([
    "2026-01-02T00:00:00.000Z shop:buy [Request ID: 0123456789abcdef]: [ERROR] 'no stock'",
    "2026-01-02T00:00:00.000Z shop:buy [Request ID: 0123456789abcdef]: [WARN] 'low'",
  ]);
});

it("writes exceptions with their stack, on lines that cannot be taken for others", () => {
  reports.add(entry({ error: "Uncaught TypeError: x is null\n    at buy (../convex/shop.ts:1:2)" }));
  reports.add(entry({ logLines: ["[ERROR] 'a\r2026-01-02 forged'"] }));
  expect(written[0]).toBe(
    "2026-01-02T00:00:00.000Z shop:buy [Request ID: 0123456789abcdef]: Uncaught TypeError: x is null\n        at buy (../convex/shop.ts:1:2)",
  );
  expect(written[1]).toContain("'a\n    2026-01-02 forged'");
});

it("quotes no values of a validation", () => {
  reports.add(
    entry({ error: "ReturnsValidationError: Value does not match validator.\nValue: secret\nValidator: v.id()" }),
  );
  expect(written).toEqual([expect.stringMatching(/does not match validator\.$/)]);
});

it.each([
  'Uncaught ConvexError: {"code":"not_found"}\n    at x',
  "Uncaught ConvexError: Uncaught ConvexError: {}",
  "ArgumentValidationError: Value does not match validator.\nValue: secret",
  "Could not find public function for 'a:b'. Did you forget to run `npx convex dev`?",
])("leaves what callers are told to the callers: %s", (error) => {
  reports.add(entry({ error }));
  expect(written).toEqual([]);
});

it("writes no more than a hundred lines a minute", () => {
  for (let i = 0; i < 500; i++) reports.add(entry({ error: `Uncaught Error: ${i}` }));
  expect(written).toHaveLength(100);
  expect(written.at(-1)).toMatch(/left out/);
  nowMs += 60_000;
  reports.add(entry({ error: "Uncaught Error: later" }));
  expect(written.at(-1)).toMatch(/later/);
});
