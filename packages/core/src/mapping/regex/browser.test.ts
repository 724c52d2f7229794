import { describe, expect, it } from "vitest";
import { getCompilePattern, loadRegexEngine } from "./browser.ts";
import { getCompilePattern as onServer } from "./server.ts";

describe("the regex engine", () => {
  it("is loaded on demand in the browser and part of the bundle elsewhere", async () => {
    expect(getCompilePattern()).toBeNull();
    await loadRegexEngine();
    await loadRegexEngine();
    const pattern = getCompilePattern()!("(a)(b)?", { ignoreCase: true, multiline: false, dotAll: false });
    expect(pattern.find("xAx", 0)).toEqual({ start: 1, end: 2, groups: ["A", "A", null] });
    expect(pattern.find("xAx", 2)).toBeNull();
    expect(onServer()).not.toBeNull();
  });
});
