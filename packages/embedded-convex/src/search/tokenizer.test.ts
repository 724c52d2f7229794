import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { countWords, tokenize } from "./tokenizer.ts";

const words = (text: string) => [...tokenize(text)];

describe("tokenize", () => {
  it("splits at everything that is neither a letter nor a number, and lowers the case", () => {
    expect(words("Hello, World! it's 3.14 foo_bar-baz")).toEqual([
      "hello", "world", "it", "s", "3", "14", "foo", "bar", "baz",
    ]); // prettier-ignore
    expect(words("  ...  ")).toEqual([]);
  });

  it("keeps words of all scripts whole, with their vowel signs, and numbers of all kinds", () => {
    expect(words("Größe ЁЛКА 東京タワー हिन्दी x² Ⅷ")).toEqual(["größe", "ёлка", "東京タワー", "हिन", "दी", "x²", "ⅷ"]);
  });

  it("lowers letter by letter: a sigma at the end of a word is like any other", () => {
    expect(words("ΟΔΟΣ")).toEqual(["οδοσ"]);
  });

  it("drops words of 32 UTF-8 bytes and more", () => {
    expect(words(`${"a".repeat(31)} ${"b".repeat(32)} ${"é".repeat(15)} ${"é".repeat(16)}`)).toEqual([
      "a".repeat(31),
      "é".repeat(15),
    ]);
  });

  it("finds in any text what a character-by-character reading finds", () => {
    const character = fc.constantFrom(..."aZ9 .-_éßΣσİ東²\u0301\u{1F600}\u{1D400}", "x".repeat(10));
    fc.assert(
      fc.property(fc.array(character, { maxLength: 30 }), (characters) => {
        const text = characters.join("");
        expect(words(text)).toEqual(naiveWords(text));
        expect([...countWords(text).counts.values()].reduce((sum, count) => sum + count, 0)).toBe(words(text).length);
      }),
    );
  });
});

function naiveWords(text: string): string[] {
  const result: string[] = [];
  let word = "";
  for (const character of [...text, " "]) {
    if (/^[\p{Alphabetic}\p{Nd}\p{Nl}\p{No}]$/u.test(character)) {
      word += character;
      continue;
    }
    if (word !== "" && new TextEncoder().encode(word).length < 32) {
      result.push([...word].map((letter) => letter.toLowerCase()).join(""));
    }
    word = "";
  }
  return result;
}
