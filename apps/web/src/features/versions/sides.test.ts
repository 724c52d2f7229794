import { describe, expect, it } from "vitest";
import { sidesToCompare } from "./sides.ts";

describe("sidesToCompare", () => {
  it("starts with the live version and a draft that differs", () => {
    expect(sidesToCompare({}, { published: 3, draftDiffers: true, numbers: [3, 2, 1] })).toEqual({ a: 3, b: "draft" });
  });

  it("starts with the two newest versions when the draft has nothing new", () => {
    expect(sidesToCompare({}, { published: 3, draftDiffers: false, numbers: [3, 2, 1] })).toEqual({ a: 2, b: 3 });
  });

  it("compares a single version with the draft", () => {
    expect(sidesToCompare({}, { published: 1, draftDiffers: false, numbers: [1] })).toEqual({ a: 1, b: "draft" });
  });

  it("keeps what was picked", () => {
    const known = { published: 3, draftDiffers: true, numbers: [3, 2, 1] };
    expect(sidesToCompare({ a: 1 }, known)).toEqual({ a: 1, b: "draft" });
    expect(sidesToCompare({ a: "draft", b: 2 }, known)).toEqual({ a: "draft", b: 2 });
  });
});
