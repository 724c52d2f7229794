import { describe, expect, it } from "vitest";
import { allowedNextPath, signInPath } from "./nextPath.ts";

describe("allowedNextPath", () => {
  it.each(["/", "/runs", "/settings", "/scenarios/abc123", "/scenarios/abc/history", "/scenarios/abc/runs/def"])(
    "keeps our page %s",
    (path) => expect(allowedNextPath(path)).toBe(path),
  );

  it.each([
    "https://evil.example",
    "//evil.example",
    "/\\evil.example",
    "/signin",
    "/scenarios/abc/../../x",
    "/scenarios/a?x=1",
    "javascript:alert(1)",
    "/runs\n//evil.example",
    "",
    null,
    undefined,
  ])("sends %j home", (path) => expect(allowedNextPath(path)).toBe("/"));
});

describe("signInPath", () => {
  it("carries the page to return to", () => {
    expect(signInPath("/scenarios/abc/runs")).toBe("/signin?next=%2Fscenarios%2Fabc%2Fruns");
  });

  it("carries nothing for the home page or a stranger's", () => {
    expect(signInPath("/")).toBe("/signin");
    expect(signInPath("//evil.example")).toBe("/signin");
  });
});
