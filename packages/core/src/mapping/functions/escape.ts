import { FormulaError } from "../formulaError.ts";
import { defineFunction } from "./define.ts";
import { escapeHtml, stripHtml } from "./html.ts";

const textArg = { name: "text", type: "text", description: "The text." } as const;

/** Letters with the marks that Unicode keeps apart from them, and letters of their own that ASCII writes otherwise. */
const plainLetters: Record<string, string> = {
  ß: "ss",
  æ: "ae",
  Æ: "AE",
  œ: "oe",
  Œ: "OE",
  ø: "o",
  Ø: "O",
  ł: "l",
  Ł: "L",
  đ: "d",
  Đ: "D",
  ð: "d",
  Ð: "D",
  þ: "th",
  Þ: "Th",
  ı: "i",
};

/** One emoji with what changes it (skin, gender, flags), or several joined to one. Every part has one way to match. */
const emoji =
  /(?:\p{Regional_Indicator}{2}|[0-9#*]\ufe0f?\u20e3|(?:\p{Emoji_Presentation}|\p{Extended_Pictographic}\ufe0f)(?:\ufe0f|\p{Emoji_Modifier})?[\u{e0020}-\u{e007f}]*)(?:\u200d\p{Extended_Pictographic}(?:\ufe0f|\p{Emoji_Modifier})?)*/gu;

export const escapeFunctions = [
  defineFunction({
    name: "ascii",
    category: "text",
    description: "A text without the characters that ASCII lacks; its accents can be taken off first.",
    args: [
      textArg,
      {
        name: "removeDiacritics",
        type: "boolean",
        description: "Whether é becomes e instead of nothing.",
        optional: true,
      },
    ],
    returns: "text",
    examples: [
      { formula: 'ascii("Wěłl dône")', result: "Wl dne" },
      { formula: 'ascii("Wěłl dône"; true)', result: "Well done" },
    ],
    call: ([text, removeDiacritics]) => (removeDiacritics ? toPlainLetters(text) : text).replace(/[^\0-\x7f]/g, ""),
  }),
  defineFunction({
    name: "escapeHTML",
    category: "text",
    description: "A text that shows as it is in HTML.",
    args: [textArg],
    returns: "text",
    examples: [{ formula: 'escapeHTML("<b>a & b</b>")', result: "&lt;b&gt;a &amp; b&lt;/b&gt;" }],
    call: ([text]) => escapeHtml(text),
  }),
  defineFunction({
    name: "escapeMarkdown",
    category: "text",
    description: "A text that shows as it is in Markdown.",
    args: [textArg],
    returns: "text",
    examples: [
      { formula: 'escapeMarkdown("# Header")', result: "\\# Header" },
      { formula: 'escapeMarkdown("*a* [b](c)")', result: "\\*a\\* \\[b\\]\\(c\\)" },
    ],
    call: ([text]) => text.replace(/[\\`*_{}[\]()#+\-.!|<>~]/g, (sign) => `\\${sign}`),
  }),
  defineFunction({
    name: "stripHTML",
    category: "text",
    description: "The text of HTML, without tags, scripts and styles.",
    args: [textArg],
    returns: "text",
    examples: [
      { formula: 'stripHTML("<p>a &amp; <b>b</b></p>")', result: "a & b" },
      { formula: 'stripHTML("a<script>x()</script>b")', result: "ab" },
    ],
    call: ([text]) => stripHtml(text),
  }),
  defineFunction({
    name: "replaceEmojiCharacters",
    category: "text",
    description: "A text with every emoji replaced by another text, or left out.",
    args: [
      textArg,
      {
        name: "replacement",
        type: "text",
        description: "What is put in its place; nothing when left out.",
        optional: true,
      },
    ],
    returns: "text",
    examples: [
      { formula: 'replaceEmojiCharacters("Hi 👋🏽 you ❤️!"; "*")', result: "Hi * you *!" },
      { formula: 'replaceEmojiCharacters("a👩‍👩‍👧b🇨🇿c1")', result: "abc1" },
    ],
    call: ([text, replacement = ""], evaluation) =>
      text.replace(emoji, () => {
        evaluation.spendChars(replacement.length);
        return replacement;
      }),
  }),
  defineFunction({
    name: "encodeURL",
    category: "text",
    description: "A text as it may stand in a URL.",
    args: [textArg],
    returns: "text",
    examples: [{ formula: 'encodeURL("a b&c")', result: "a%20b%26c" }],
    call: ([text]) => encodeURIComponent(text.replace(/\p{Surrogate}/gu, "\ufffd")),
  }),
  defineFunction({
    name: "decodeURL",
    category: "text",
    description: "The text that a part of a URL stands for.",
    args: [textArg],
    returns: "text",
    examples: [{ formula: 'decodeURL("a%20b")', result: "a b" }],
    call: ([text]) => decodeUrl(text),
  }),
];

const toPlainLetters = (text: string): string =>
  text
    .normalize("NFKD")
    .replace(/\p{Mark}/gu, "")
    .replace(/[ßæÆœŒøØłŁđĐðÐþÞı]/g, (letter) => plainLetters[letter] ?? letter);

function decodeUrl(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new FormulaError(
      "formula_failed",
      "The text is not URL-encoded: a % is not followed by two hexadecimal digits.",
    );
  }
}
