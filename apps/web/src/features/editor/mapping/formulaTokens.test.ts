import { describe, expect, it } from "vitest";
import { formulaAt, formulaTokens } from "./formulaTokens.ts";

const shown = (text: string) => formulaTokens(text).map((token) => `${token.kind} ${text.slice(token.from, token.to)}`);

describe("formulaTokens", () => {
  it("makes one pill of a formula that only refers", () => {
    expect(formulaTokens("Hi {{1.body.name}}!")).toEqual([
      { kind: "pill", from: 3, to: 18, nodeId: 1, path: "body.name", isWhole: true },
    ]);
  });

  it("makes pills and tokens of a larger formula", () => {
    expect(shown("{{upper(1.name; 2)}}")).toEqual([
      "brace {{",
      "function upper(",
      "pill 1.name",
      "separator ;",
      "literal 2",
      "close )",
      "brace }}",
    ]);
  });

  it("keeps the braces of a broken formula in sight", () => {
    expect(shown("{{upper(1.name}}").filter((token) => token.startsWith("brace"))).toEqual([]);
  });

  it("drops the backticks from what a pill says", () => {
    expect(formulaTokens("{{3.`odd name`[].x}}")[0]).toMatchObject({ nodeId: 3, path: "odd name[].x" });
  });
});

describe("formulaAt", () => {
  it("finds the formula around the cursor", () => {
    expect(formulaAt("a {{1.b}} c", 5)).toEqual({ from: 4, to: 7 });
    expect(formulaAt("a {{1.b}} c", 9)).toBeNull();
    expect(formulaAt("a {{", 4)).toEqual({ from: 4, to: 4 });
  });
});
