import type { Evaluation } from "../evaluation.ts";
import { defineFunction, type FunctionDefinition, type FunctionExample } from "./define.ts";

const textArg = { name: "text", type: "text", description: "The text." } as const;

function definePadding(
  name: string,
  end: "beginning" | "end",
  examples: FunctionExample[],
  pad: (text: string, length: number, filling: string) => string,
): FunctionDefinition {
  return defineFunction({
    name,
    category: "text",
    description: `A text filled up at its ${end} until it has a length.`,
    args: [
      textArg,
      { name: "length", type: "number", description: "How many characters it gets at least." },
      { name: "filling", type: "text", description: "What it is filled with; spaces when left out.", optional: true },
    ],
    returns: "text",
    examples,
    call: ([text, length, filling], evaluation) => {
      const count = wholeCount(length, evaluation);
      evaluation.spendChars(Math.max(0, count - text.length));
      return pad(text, count, filling ?? " ");
    },
  });
}

/** No more than may be put out: what is larger is refused when it is paid for. */
const wholeCount = (number: number, { budget }: Evaluation): number =>
  Math.max(0, Math.min(Math.trunc(number), budget.outputChars + 1));

export const paddingFunctions = [
  definePadding("padStart", "beginning", [{ formula: 'padStart(7; 3; "0")', result: "007" }], (text, length, filling) =>
    text.padStart(length, filling),
  ),
  definePadding("padEnd", "end", [{ formula: 'padEnd("ab"; 4; ".")', result: "ab.." }], (text, length, filling) =>
    text.padEnd(length, filling),
  ),
  defineFunction({
    name: "repeat",
    category: "text",
    description: "A text several times over.",
    args: [textArg, { name: "count", type: "number", description: "How many times." }],
    returns: "text",
    examples: [
      { formula: 'repeat("ab"; 3)', result: "ababab" },
      { formula: 'repeat("ab"; 0)', result: "" },
    ],
    call: ([text, count], evaluation) => {
      const times = wholeCount(count, evaluation);
      if (text === "") return "";
      evaluation.spendChars(text.length * times);
      return text.repeat(times);
    },
  }),
];
