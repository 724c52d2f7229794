import { describe, expect, it } from "vitest";
import { scopeOf } from "../testing/mapping.ts";
import { compileConfig, evaluateConfig } from "./config.ts";
import { defaultBudget } from "./evaluation.ts";

const evaluate = (config: Parameters<typeof compileConfig>[0], bundle: object = {}, literalFields?: string[]) =>
  evaluateConfig(compileConfig(config, { literalFields }), scopeOf({ 1: bundle as never }));

describe("configs", () => {
  it("evaluates formulas at any depth and leaves the rest as it is", () => {
    const config = {
      url: "https://x/{{1.id}}",
      headers: [
        { name: "A", value: "{{1.id}}" },
        { name: "B", value: "b" },
      ],
      body: { total: "{{1.total}}", fixed: { deep: [1, null, true] } },
      retries: 3,
    };
    expect(evaluate(config, { id: 7, total: 1.5 })).toEqual({
      ok: true,
      value: {
        url: "https://x/7",
        headers: [
          { name: "A", value: 7 },
          { name: "B", value: "b" },
        ],
        body: { total: 1.5, fixed: { deep: [1, null, true] } },
        retries: 3,
      },
      missing: [],
    });
  });

  it("leaves empty fields out of objects and keeps the places in lists", () => {
    const result = evaluate({ a: "{{1.x}}", b: ["{{1.x}}", 1], c: "x{{1.x}}", d: { e: "{{ignore}}" } });
    expect(result).toMatchObject({ ok: true, value: { b: [null, 1], c: "x", d: {} } });
    expect(result.ok && Object.keys(result.value)).toEqual(["b", "c", "d"]);
    expect(result.ok && result.missing.map(({ field }) => field)).toEqual([["a"], ["b", 0], ["c"]]);
  });

  it("names the field in which a formula failed", () => {
    expect(evaluate({ ok: "{{1}}", list: [{ value: "a{{1 / 0}}" }] })).toMatchObject({
      ok: false,
      error: { kind: "invalid", details: { field: ["list", 0, "value"], from: 3, to: 8 } },
    });
  });

  it("takes literal fields as they are", () => {
    expect(evaluate({ source: "{{1.x}}", other: "{{1.x}}" }, { x: 1 }, ["source"])).toMatchObject({
      value: { source: "{{1.x}}", other: 1 },
    });
  });

  it("shares constants between evaluations but lets no one change them or the config", () => {
    const config = { list: [1, { a: 2 }], text: "{{1.x}}" };
    const compiled = compileConfig(config);
    const first = evaluateConfig(compiled, scopeOf({}));
    expect(() => (first.ok ? (first.value.list as unknown[]).push(1) : null)).toThrow(TypeError);
    config.list.push(3);
    expect(evaluateConfig(compiled, scopeOf({}))).toMatchObject({ value: { list: [1, { a: 2 }] } });
  });

  it("knows whether anything depends on the scope", () => {
    expect(compileConfig({ a: "x", b: [1] })).toMatchObject({ isConstant: true, templates: [] });
    expect(compileConfig({ a: "{{1.x}}" }).isConstant).toBe(false);
  });

  it("has one budget for the whole config", () => {
    const compiled = compileConfig({ a: "{{1.x}}", b: "{{1.x}}", c: "{{1.x}}" });
    const budget = { ...defaultBudget, outputChars: 25 };
    expect(evaluateConfig(compiled, scopeOf({ 1: { x: "0123456789" } }), budget)).toMatchObject({
      ok: false,
      error: { code: "formula_budget", details: { field: ["c"] } },
    });
  });

  it("drops __proto__ keys", () => {
    const config = JSON.parse('{"a":{"__proto__":{"x":1},"b":"{{1}}"},"__proto__":"{{1}}"}') as Record<string, never>;
    const result = evaluate(config);
    expect(result).toEqual({ ok: true, value: { a: { b: 1 } }, missing: [] });
    expect(result.ok && Object.getPrototypeOf(result.value)).toBe(Object.prototype);
  });
});
