import type { JsonValue } from "../definition/schema.ts";
import type { Evaluation } from "./evaluation.ts";
import type { ArgumentType } from "./functions/define.ts";

/** A value that a formula names without a node: `now`, `newline`. */
export interface ConstantDoc {
  name: string;
  description: string;
  returns: ArgumentType | "nothing";
  evaluate: (evaluation: Evaluation) => JsonValue | undefined;
}

const list: ConstantDoc[] = [
  { name: "true", description: "Yes.", returns: "boolean", evaluate: () => true },
  { name: "false", description: "No.", returns: "boolean", evaluate: () => false },
  { name: "null", description: "Nothing, sent as null.", returns: "nothing", evaluate: () => null },
  { name: "ignore", description: "Leaves the field out of the output.", returns: "nothing", evaluate: () => undefined },
  {
    name: "now",
    description: "The date and time of this operation.",
    returns: "date",
    evaluate: ({ scope }) => isoTime(scope.nowMs),
  },
  {
    name: "timestamp",
    description: "Seconds since 1970-01-01 UTC.",
    returns: "number",
    evaluate: ({ scope }) => Math.floor(scope.nowMs / 1000),
  },
  { name: "uuid", description: "A new UUID (version 4).", returns: "text", evaluate: ({ chance }) => chance.uuid() },
  {
    name: "random",
    description: "A number by chance, from 0 to less than 1.",
    returns: "number",
    evaluate: ({ chance }) => chance.next(),
  },
  { name: "pi", description: "3.14159...", returns: "number", evaluate: () => Math.PI },
  { name: "emptystring", description: "A text without characters.", returns: "text", evaluate: () => "" },
  { name: "emptyarray", description: "A list without items.", returns: "array", evaluate: () => [] },
  { name: "newline", description: "A line break.", returns: "text", evaluate: () => "\n" },
  { name: "carriagereturn", description: "A carriage return.", returns: "text", evaluate: () => "\r" },
  { name: "tab", description: "A tabulator.", returns: "text", evaluate: () => "\t" },
  { name: "space", description: "A space.", returns: "text", evaluate: () => " " },
  { name: "nbsp", description: "A space that does not break.", returns: "text", evaluate: () => "\u00a0" },
];

const isoTime = (ms: number): string => new Date(ms).toISOString();

/** The named values, by name. */
export const constants: ReadonlyMap<string, ConstantDoc> = new Map(list.map((doc) => [doc.name, doc]));
