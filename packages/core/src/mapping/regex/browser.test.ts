import { describe, expect, it } from "vitest";
import { getCompilePattern, loadRegexEngine } from "./browser.ts";
import { compileRe2 } from "./re2.ts";
import { getCompilePattern as onServer } from "./server.ts";

describe("the regex engine", () => {
  it("is loaded on demand in the browser and part of the bundle elsewhere", async () => {
    expect(getCompilePattern()).toBeNull();
    await loadRegexEngine();
    await loadRegexEngine();
    const pattern = getCompilePattern()!("(a)(b)?", { ignoreCase: true, multiline: false, dotAll: false });
    const reader = pattern.read("xAx", () => undefined);
    expect(reader.find(0)).toEqual({ start: 1, end: 2, groups: ["A", "A", null] });
    expect(reader.find(2)).toBeNull();
    expect(reader.test()).toBe(true);
    expect(onServer()).not.toBeNull();
  });

  it.each(["[bc]$", "(a)*[bc]", "[^a]", "(a|b)*c|a", "a.*?[yz]", "^(a*)(b?)$", "[bc]|[xy]z"])(
    "says how much of a text %s reads",
    (source) => {
      let characters = 0;
      const flags = { ignoreCase: false, multiline: false, dotAll: false };
      const reader = compileRe2(source, flags).read("a".repeat(10_000), (count) => (characters += count));
      expect(reader.find(0) !== null || !reader.test()).toBe(true);
      // The last characters may not be reported; an engine that did not read by `charCodeAt` would report none.
      expect(characters).toBeGreaterThan(9_000);
    },
  );

  it("ends a search when what it reports to throws", () => {
    const flags = { ignoreCase: false, multiline: false, dotAll: false };
    const reader = compileRe2("(a|b)*[cd]", flags).read("a".repeat(10_000), () => {
      throw new Error("enough");
    });
    expect(() => reader.find(0)).toThrow("enough");
  });
});
