import { describe, expect, it } from "vitest";
import { integration } from "./index.ts";

const parse = (action: string, input: unknown) => {
  const runtime = integration.actions.get(`${action}@1`);
  if (!runtime) throw new Error(`tools.${action}@1 is missing`);
  return runtime.parseInput(input);
};

describe("the forms of the nodes that the engine carries out", () => {
  it("delay takes up to 30 days", () => {
    expect(parse("delay", { seconds: "90" })).toEqual({ seconds: 90 });
    expect(parse("delay", { seconds: 2_592_000 })).toEqual({ seconds: 2_592_000 });
    for (const seconds of [-1, 2_592_001, "soon", undefined])
      expect(() => parse("delay", { seconds })).toThrow("Seconds");
  });

  it("iterate takes a list, and a single value for a list of one", () => {
    expect(parse("iterate", { array: [1, "a"] })).toEqual({ array: [1, "a"], concurrency: 1 });
    expect(parse("iterate", { array: { a: 1 } })).toEqual({ array: [{ a: 1 }], concurrency: 1 });
    expect(() => parse("iterate", {})).toThrow("List is empty.");
  });

  it("iterate and repeat process up to 20 bundles at the same time", () => {
    expect(parse("iterate", { array: [1], concurrency: 20 })).toMatchObject({ concurrency: 20 });
    expect(parse("repeat", { repeats: 2, concurrency: 5 })).toMatchObject({ concurrency: 5 });
    for (const concurrency of [0, 21, 1.5])
      expect(() => parse("iterate", { array: [1], concurrency })).toThrow("At the same time");
  });

  it("wait takes rows that a form has just added, and asks for names that formulas can read", () => {
    const row = { name: "amount", label: "", type: "", choices: "", required: "" };
    expect(parse("wait", { title: "x", fields: [row] })).toMatchObject({
      kind: "approval",
      fields: [{ name: "amount", type: "text", required: false }],
      timeoutSeconds: 604_800,
      onTimeout: "continue",
    });
    expect(parse("wait", { kind: "event", title: "x", bodyFields: [{ name: "order.id", type: "" }] })).toMatchObject({
      bodyFields: [{ name: "order.id", type: "any" }],
    });
    expect(() => parse("wait", { title: "x", fields: [{ name: "the amount" }] })).toThrow("Fields 1 › Name");
    expect(() => parse("wait", { title: "" })).toThrow("What for");
    expect(() => parse("wait", { title: "x", timeoutSeconds: 0 })).toThrow("Wait at most");
  });

  it("aggregate takes the id of its source", () => {
    expect(parse("aggregate", { source: 3, item: { a: 1 } })).toEqual({ source: 3, item: { a: 1 } });
    expect(() => parse("aggregate", { source: 0 })).toThrow("Source node");
  });
});
