import { findCallAt, functionCatalog } from "@patchbay/core";
import { describe, expect, it } from "vitest";
import { findFunctions, functionTabs } from "./functionSearch.ts";
import { drawSignature } from "./signatureHelp.ts";

describe("findFunctions", () => {
  it("shows every function in one of its categories", () => {
    const shown = functionTabs.flatMap(({ category }) => findFunctions(category, "").flatMap(({ docs }) => docs));
    expect(shown.map(({ name }) => name).sort()).toEqual(functionCatalog.map(({ name }) => name).sort());
  });

  it.each<[string, string[]]>([
    ["sha2", ["sha256"]],
    ["HMAC sha5", ["sha512"]],
    ["weeks", ["addWeeks", "dateDifference"]],
    ["nothing is called so", []],
  ])("searches all categories for %s", (search, names) => {
    const found = findFunctions("general", search).flatMap(({ docs }) => docs.map(({ name }) => name));
    expect(found.filter((name) => names.includes(name))).toEqual(names);
  });

  it("puts functions of that name first", () => {
    expect(findFunctions("math", "length").flatMap(({ docs }) => docs)[0]?.name).toBe("length");
    expect(findFunctions("math", "length").map(({ label }) => label)).toContain("Text");
  });
});

describe("drawSignature", () => {
  const draw = (text: string) => {
    const call = findCallAt(text, text.length);
    const box = call && drawSignature(call);
    return box && [box.querySelector(".pb-signature-line")?.textContent, box.querySelector("strong")?.textContent];
  };

  it.each([
    ["{{round(", ["round(number; decimals?)", "number"]],
    ["{{round(1; ", ["round(number; decimals?)", "decimals?"]],
    ["{{sum(1; 2; ", ["sum(values...)", "values..."]],
    ["{{round(1; 2; ", ["round(number; decimals?)", undefined]],
    ["{{uuid(", ["uuid()", undefined]],
    ["{{round", null],
  ])("%s", (text, expected) => expect(draw(text)).toEqual(expected));
});
