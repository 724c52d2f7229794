import type { Evaluation } from "../evaluation.ts";
import type { PatternMatch } from "../regex/engine.ts";
import { compilePattern, parseSlashes, type Pattern } from "../regex/pattern.ts";
import { defineFunction } from "./define.ts";

const textArg = { name: "text", type: "text", description: "The text." } as const;
const patternArg = {
  name: "pattern",
  type: "text",
  description: 'A regular expression (RE2), with flags when written "/.../gims".',
} as const;

export const patternFunctions = [
  defineFunction({
    name: "replace",
    category: "text",
    description:
      "A text with every occurrence of another replaced. Written between slashes the search is a regular expression; " +
      "then $1 stands for a group and $& for the match.",
    args: [
      textArg,
      { name: "search", type: "text", description: 'A text, or a pattern such as "/[0-9]+/g".' },
      { name: "replacement", type: "text", description: "What is put in its place." },
    ],
    returns: "text",
    examples: [
      { formula: 'replace("a-b-c"; "-"; "+")', result: "a+b+c" },
      { formula: String.raw`replace("tel 12 34"; "/\d+/g"; "<$&>")`, result: "tel <12> <34>" },
      { formula: String.raw`replace(1.name; "/(\w+) (\w+)/"; "$2, $1")`, result: "Lovelace, Ada" },
    ],
    call: ([text, search, replacement], evaluation) => {
      if (parseSlashes(search))
        return replacePattern(text, compilePattern(search, evaluation), replacement, evaluation);
      if (search === "") return text;
      const parts = text.split(search);
      evaluation.spendChars(text.length + (parts.length - 1) * replacement.length);
      return parts.join(replacement);
    },
  }),
  defineFunction({
    name: "test",
    category: "text",
    description: "Whether a regular expression matches somewhere in a text.",
    args: [textArg, patternArg],
    returns: "boolean",
    examples: [
      { formula: String.raw`test(1.email; "^\S+@\S+$")`, result: true },
      { formula: 'test("ABC"; "/b/i")', result: true },
      { formula: 'test("ABC"; "b")', result: false },
    ],
    call: ([text, pattern], evaluation) => compilePattern(pattern, evaluation).read(text).test(),
  }),
  defineFunction({
    name: "match",
    category: "text",
    description:
      "What a regular expression matches first, followed by its groups, as a list; with the flag g, all matches.",
    args: [textArg, patternArg],
    returns: "array",
    examples: [
      { formula: String.raw`match("order 42-7"; "(\d+)-(\d+)")`, result: ["42-7", "42", "7"] },
      { formula: String.raw`match("1, 22, 333"; "/\d+/g")`, result: ["1", "22", "333"] },
      { formula: 'match("abc"; "x")', result: [] },
    ],
    call: ([text, source], evaluation) => {
      const pattern = compilePattern(source, evaluation);
      if (pattern.all) return [...findAll(text, pattern, evaluation)].map(({ groups }) => groups[0] ?? "");
      return pattern.read(text).find(0)?.groups ?? [];
    },
  }),
];

/** Matches from left to right; an empty match moves on by one character. */
function* findAll(text: string, pattern: Pattern, evaluation: Evaluation): Generator<PatternMatch> {
  const reader = pattern.read(text);
  let position = 0;
  while (position <= text.length) {
    evaluation.spendSteps(1);
    const found = reader.find(position);
    if (!found) return;
    yield found;
    if (!pattern.all) return;
    position = found.end > found.start ? found.end : found.end + 1;
  }
}

function replacePattern(text: string, pattern: Pattern, replacement: string, evaluation: Evaluation): string {
  let result = "";
  let position = 0;
  for (const found of findAll(text, pattern, evaluation)) {
    const inserted = expand(replacement, found);
    evaluation.spendChars(inserted.length + found.start - position);
    result += text.slice(position, found.start) + inserted;
    position = found.end;
  }
  return result + text.slice(position);
}

/** `$1` to `$9`, `$&` and `$$` in a replacement. */
const expand = (replacement: string, { groups }: PatternMatch): string =>
  replacement.replace(/\$([$&1-9])/g, (whole, sign: string) => {
    if (sign === "$") return "$";
    if (sign === "&") return groups[0] ?? "";
    return Number(sign) < groups.length ? (groups[Number(sign)] ?? "") : whole;
  });
