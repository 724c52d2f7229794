import { describe, expect, it } from "vitest";
import { createRedactor, redact, REDACTED } from "./redact.ts";

/** Every character that some encoding changes. */
const canary = "cänary/+\"\\ 's&cret=1?%~!*()\u{1F511}\n-Z9";
const utf8 = Buffer.from(canary, "utf8");
const json = JSON.stringify(canary).slice(1, -1);

const forms: [string, string][] = [
  ["plain", canary],
  ["JSON-escaped", json],
  [
    "JSON-escaped, ASCII only",
    json.replace(/[^\x00-\x7f]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`),
  ],
  ["JSON-escaped, with slashes", json.replaceAll("/", "\\/")],
  ["URL-encoded", encodeURIComponent(canary)],
  ["URL-encoded, lower case", encodeURIComponent(canary).replace(/%../g, (code) => code.toLowerCase())],
  [
    "URL-encoded by RFC 3986",
    encodeURIComponent(canary).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`.toUpperCase()),
  ],
  ["form-encoded", new URLSearchParams({ a: canary }).toString().slice(2)],
  ["hex", utf8.toString("hex")],
  ["upper-case hex", utf8.toString("hex").toUpperCase()],
  ["base64", utf8.toString("base64").replaceAll("=", "")],
  ["base64url", utf8.toString("base64url")],
];

describe("redact", () => {
  it.each(forms)("removes a canary that is %s", (_name, form) => {
    const redacted = redact({ [`key ${form}`]: [`before ${form} after`] }, [canary]);
    expect(JSON.stringify(redacted)).toContain(`before ${REDACTED}`);
    expect(JSON.stringify(redacted)).not.toContain(form);
    expect(Object.keys(redacted as object)[0]).toBe(`key ${REDACTED}`);
  });

  it.each(["", "u", "us", "usr", "user"])("removes it from basic credentials of the user %j", (user) => {
    const header = `Basic ${Buffer.from(`${user}:${canary}`).toString("base64")}`;
    const redacted = redact(header, [canary]) as string;
    expect(redacted).toContain(REDACTED);
    // Whatever is left decodes to nothing of the secret but parts of its first and last character.
    expect(redacted.replace(REDACTED, "").length).toBeLessThanOrEqual("Basic ".length + 4 + 4 + 2 + user.length * 2);
  });

  it.each([1, 2, 3, 4, 5])("removes it from the middle of a base64 text, %i bytes in", (offset) => {
    const text = Buffer.concat([Buffer.alloc(offset, "x"), utf8, Buffer.from("tail")]).toString("base64");
    expect(redact(text, [canary])).toContain(REDACTED);
  });

  it("replaces each occurrence, and the longer of two overlapping secrets", () => {
    expect(redact("abcd-abcdef-abcd", ["abcd", "abcdef"])).toBe(`${REDACTED}-${REDACTED}-${REDACTED}`);
  });

  it("does not look again at what it wrote", () => {
    expect(redact("xredactedx", ["redacted", "act"])).toBe(`x${REDACTED}x`);
  });

  it("removes numbers that are a secret, and leaves other values alone", () => {
    expect(redact([123456, 12, true, null, "12"], ["123456"])).toEqual([REDACTED, 12, true, null, "12"]);
  });

  it("takes characters of regular expressions literally", () => {
    expect(redact("a.c abc", ["a.c"])).toBe(`${REDACTED} abc`);
  });

  it("gives back the same value where there is no secret", () => {
    const value = { a: ["b"] };
    expect(createRedactor(["", ""])(value)).toBe(value);
  });

  it("replaces short secrets only in their plain form", () => {
    expect(redact("abc YWJj", ["abc"])).toBe(`${REDACTED} YWJj`);
  });

  it("copes with half a surrogate pair", () => {
    expect(redact("a \ud800xyz", ["\ud800xyz"])).toBe(`a ${REDACTED}`);
  });
});
