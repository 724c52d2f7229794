import { describe, expect, it } from "vitest";
import { valueOf } from "../../testing/mapping.ts";

describe("patterns", () => {
  it.each<[string, unknown]>([
    ['replace("aaa"; "/a/"; "b")', "baa"],
    ['replace("aaa"; "/a/g"; "b")', "bbb"],
    ['replace("abc"; "/x*/g"; "-")', "-a-b-c-"],
    ['replace("A1"; "/([a-z])(x)?/i"; "[$1|$2|$3|$$|$&]")', "[A||$3|$|A]1"],
    ['replace("a.b"; "."; "-")', "a-b"],
    ['replace("a/b/c"; "/"; "-")', "a-b-c"],
    ['replace("abc"; ""; "-")', "abc"],
    ['replace("💥💥"; "/💥/g"; "x")', "xx"],
    ['replace("a\\nb"; "/^b/m"; "x")', "a\nx"],
    ['test("a\\nb"; "/a.b/")', false],
    ['test("a\\nb"; "/a.b/s")', true],
    ['test(1.missing; "a")', false],
    ['match("x"; "(y)?x")', ["x", null]],
    ['match("aXbX"; "/x/gi")', ["X", "X"]],
    ['test("a/b"; "/")', true],
    ['test("x"; "//")', false],
  ])("%s", (formula, expected) => {
    expect(valueOf(`{{${formula}}}`, { 1: {} })).toEqual(expected);
  });

  it("refuses what RE2 cannot do in linear time, and patterns that are too long", () => {
    expect(() => valueOf(String.raw`{{test("aa"; "(a)\1")}}`)).toThrow("not a valid pattern");
    expect(() => valueOf(`{{test("aa"; "${"a".repeat(1_001)}")}}`)).toThrow("1000 characters");
  });

  it("keeps working when more patterns are used than are remembered", () => {
    for (let index = 0; index < 450; index++) expect(valueOf(`{{test("n${index}"; "^n${index}$")}}`)).toBe(true);
  });
});
