import type { JsonValue } from "../definition/schema.ts";
import type { Evaluation } from "./evaluation.ts";

/** A value that a formula names without a node: `now`, `newline`. */
export interface ConstantDoc {
  name: string;
  description: string;
  evaluate: (evaluation: Evaluation) => JsonValue | undefined;
}

const list: ConstantDoc[] = [
  { name: "true", description: "Yes.", evaluate: () => true },
  { name: "false", description: "No.", evaluate: () => false },
  { name: "null", description: "Nothing, sent as null.", evaluate: () => null },
  { name: "ignore", description: "Leaves the field out of the output.", evaluate: () => undefined },
  { name: "now", description: "The date and time of this operation.", evaluate: ({ scope }) => isoTime(scope.nowMs) },
  {
    name: "timestamp",
    description: "Seconds since 1970-01-01 UTC.",
    evaluate: ({ scope }) => Math.floor(scope.nowMs / 1000),
  },
  { name: "uuid", description: "A new UUID (version 4).", evaluate: ({ chance }) => chance.uuid() },
  {
    name: "random",
    description: "A number by chance, from 0 to less than 1.",
    evaluate: ({ chance }) => chance.next(),
  },
  { name: "pi", description: "3.14159...", evaluate: () => Math.PI },
  { name: "emptystring", description: "A text without characters.", evaluate: () => "" },
  { name: "emptyarray", description: "A list without items.", evaluate: () => [] },
  { name: "newline", description: "A line break.", evaluate: () => "\n" },
  { name: "carriagereturn", description: "A carriage return.", evaluate: () => "\r" },
  { name: "tab", description: "A tabulator.", evaluate: () => "\t" },
  { name: "space", description: "A space.", evaluate: () => " " },
  { name: "nbsp", description: "A space that does not break.", evaluate: () => "\u00a0" },
];

const isoTime = (ms: number): string => new Date(ms).toISOString();

/** The named values, by name. */
export const constants: ReadonlyMap<string, ConstantDoc> = new Map(list.map((doc) => [doc.name, doc]));
