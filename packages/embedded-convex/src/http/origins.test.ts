import { expect, it } from "vitest";
import { AllowedOrigins } from "./origins.ts";

const some = new AllowedOrigins(["http://127.0.0.1:3000", "HTTPS://App.Example.org:443/"]);

it.each([
  [undefined, true],
  ["http://127.0.0.1:3000", true],
  ["https://app.example.org", true],
  ["http://app.example.org", false],
  ["https://evil.example", false],
  ["http://127.0.0.1:3000.evil.example", false],
  ["http://127.0.0.1", false],
  ["null", false],
  ["", false],
])("a page of %s: %s", (origin, expected) => {
  expect(some.allows(origin)).toBe(expected);
});

it("without a list, all pages", () => {
  const any = new AllowedOrigins(null);
  expect([undefined, "https://evil.example", "null"].map((origin) => any.allows(origin))).toEqual([true, true, true]);
});

it.each(["*", "example.org", "ftp://example.org", "https://example.org/path", "https://example.org?x"])(
  "%s is no origin",
  (text) => {
    expect(() => new AllowedOrigins([text])).toThrow("is not an origin");
  },
);
