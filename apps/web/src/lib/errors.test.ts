import { describe, expect, it } from "vitest";
import { messageOf, readAppError } from "./errors.ts";

const thrown = (data: unknown) => Object.assign(new Error("[CONVEX M(x)] Server Error"), { data });

describe("readAppError", () => {
  it("reads code, message and details", () => {
    const data = { code: "conflict", message: "Someone was faster.", details: { revision: 3 } };
    expect(readAppError(thrown(data))).toEqual(data);
  });

  it.each([null, undefined, "text", new Error("x"), thrown("text"), thrown({ code: 1, message: "x" })])(
    "is null for %s",
    (error) => expect(readAppError(error)).toBeNull(),
  );
});

describe("messageOf", () => {
  it("uses the backend's words", () => {
    expect(messageOf(thrown({ code: "forbidden", message: "Only owners may do this." }))).toBe(
      "Only owners may do this.",
    );
  });

  it("never shows an internal message", () => {
    expect(messageOf(new Error("[CONVEX Q(x)] at /srv/app/file.ts:1"))).not.toContain("CONVEX");
  });

  it("names a lost connection", () => {
    expect(messageOf(new TypeError("Failed to fetch"))).toMatch(/cannot be reached/);
  });
});
