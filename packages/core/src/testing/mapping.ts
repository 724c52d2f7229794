import type { JsonValue } from "../definition/schema.ts";
import type { Budget, Scope } from "../mapping/evaluation.ts";
import { compileTemplate, evaluateTemplate } from "../mapping/template.ts";

/** 2026-11-20T13:17:14.000Z. */
export const testNowMs = Date.UTC(2026, 10, 20, 13, 17, 14);

export const scopeOf = (bundles: Record<number, JsonValue>, timeZone?: string): Scope => ({
  getBundle: (nodeId) => bundles[nodeId],
  nowMs: testNowMs,
  ...(timeZone !== undefined && { timeZone }),
});

/** The value of a template; throws the error's message where it fails. */
export function valueOf(
  text: string,
  bundles: Record<number, JsonValue> = {},
  timeZone?: string,
): JsonValue | undefined {
  const result = evaluateTemplate(compileTemplate(text), scopeOf(bundles, timeZone));
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.message}`);
  return result.value;
}

export const resultOf = (text: string, bundles: Record<number, JsonValue> = {}, budget?: Budget) =>
  evaluateTemplate(compileTemplate(text), scopeOf(bundles), budget);
