import type { JsonLike } from "@patchbay/ui";
import { describe, expect, it } from "vitest";
import {
  compareBundlePaths,
  operationsOf,
  readCut,
  readJson,
  shownState,
  telling,
  type Operation,
} from "./runModel.ts";

const operation = (id: string, fields: Partial<Operation>): Operation => ({
  id,
  nodeId: 1,
  bundlePath: "1",
  state: "succeeded",
  attempts: [],
  input: undefined,
  output: undefined,
  error: null,
  startedAt: 0,
  durationMs: 1,
  missing: [],
  ...fields,
});

describe("operationsOf", () => {
  it("orders by start, then by bundle as numbers", () => {
    const all = [
      operation("c", { startedAt: 5, bundlePath: "1.10" }),
      operation("b", { startedAt: 5, bundlePath: "1.2" }),
      operation("a", { startedAt: 1, bundlePath: "1.3" }),
      operation("x", { nodeId: 2 }),
    ];
    expect(operationsOf(all, 1).map((each) => each.id)).toEqual(["a", "b", "c"]);
  });
});

describe("compareBundlePaths", () => {
  it("puts a bundle before those made from it", () => expect(compareBundlePaths("1", "1.1")).toBeLessThan(0));
  it("knows equals", () => expect(compareBundlePaths("1.2", "1.2")).toBe(0));
});

describe("telling", () => {
  it("prefers what failed to what runs", () => {
    const all = [operation("bad", { state: "failed" }), operation("now", { state: "running" })];
    expect(telling(all)?.id).toBe("bad");
    expect(telling(all.slice(1))?.id).toBe("now");
    expect(telling([operation("fine", {})])).toBeUndefined();
  });
});

describe("shownState", () => {
  it("tells what was stopped from what failed", () => {
    const error = (kind: "cancelled" | "terminal") => ({ kind, code: "x", message: "x" });
    expect(shownState({ state: "failed", error: error("cancelled") })).toBe("cancelled");
    expect(shownState({ state: "failed", error: error("terminal") })).toBe("failed");
    expect(telling([operation("a", { state: "failed", error: error("cancelled") })])).toBeUndefined();
  });
});

describe("readCut", () => {
  it("knows the mark of a value that was too large", () => {
    expect(readCut({ _cut: true, characters: 9, start: "[1" })).toEqual({ characters: 9, start: "[1" });
  });
  it.each<JsonLike>([null, "x", [1], {}, { _cut: true }])("leaves %j alone", (value) =>
    expect(readCut(value)).toBeNull(),
  );
});

describe("readJson", () => {
  it("reads values, false and null included", () => {
    expect(readJson("false")).toBe(false);
    expect(readJson("null")).toBeNull();
    expect(readJson('{"a":[1]}')).toEqual({ a: [1] });
  });
  it.each([null, undefined, "", "{"])("is undefined for %j", (text) => expect(readJson(text)).toBeUndefined());
});
