import type { JsonValue } from "../../definition/schema.ts";
import { FormulaError } from "../formulaError.ts";
import { defineFunction } from "./define.ts";

export const chanceFunctions = [
  defineFunction({
    name: "uuid",
    category: "text",
    description: "A new UUID (version 4). An operation that is repeated gets the same again.",
    args: [],
    returns: "text",
    examples: [{ formula: "length(uuid())", result: 36 }],
    call: (_, { chance }) => chance.uuid(),
  }),
  defineFunction({
    name: "random",
    category: "math",
    description:
      "A number by chance: from 0 to less than 1, or a whole number between two others. An operation that is repeated gets the same again.",
    args: [
      { name: "min", type: "number", description: "The smallest that may come; 0 when left out.", optional: true },
      { name: "max", type: "number", description: "The largest that may come.", optional: true },
    ],
    returns: "number",
    examples: [
      { formula: "random(5; 5)", result: 5 },
      { formula: "random() < 1", result: true },
    ],
    call: ([min, max], { chance }) => {
      if (min === undefined && max === undefined) return chance.next();
      const [low, high] = max === undefined ? [0, Math.floor(min ?? 0)] : [Math.ceil(min ?? 0), Math.floor(max)];
      const count = high - low + 1;
      if (count < 1 || count > 2 ** 52) {
        throw new FormulaError("formula_failed", `There is no whole number between ${low} and ${high}.`);
      }
      return low + chance.below(count);
    },
  }),
  defineFunction({
    name: "shuffle",
    category: "array",
    description: "The items in an order by chance. An operation that is repeated gets the same again.",
    args: [{ name: "array", type: "array", description: "The list." }],
    returns: "array",
    examples: [
      { formula: "length(shuffle(1.items))", result: 3 },
      { formula: 'shuffle(split("a,a,a"; ","))', result: ["a", "a", "a"] },
    ],
    call: ([items], evaluation) => {
      evaluation.spendItems(items.length);
      const shuffled: JsonValue[] = [...items];
      for (let index = shuffled.length - 1; index > 0; index--) {
        const other = evaluation.chance.below(index + 1);
        [shuffled[index], shuffled[other]] = [shuffled[other]!, shuffled[index]!];
      }
      return shuffled;
    },
  }),
];
