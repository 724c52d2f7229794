import { addressFunctionDefinitions } from "./addresses.ts";
import { arrayFunctions } from "./array.ts";
import { binaryFunctions } from "./binary.ts";
import { chanceFunctions } from "./chance.ts";
import { dateFunctions } from "./date.ts";
import { datePartFunctions } from "./dateParts.ts";
import type { FunctionDefinition, FunctionDoc } from "./define.ts";
import { escapeFunctions } from "./escape.ts";
import { generalFunctions } from "./general.ts";
import { mathFunctions } from "./math.ts";
import { paddingFunctions } from "./padding.ts";
import { patternFunctions } from "./pattern.ts";
import { setFunctions } from "./sets.ts";
import { textFunctions } from "./text.ts";

const definitions: readonly FunctionDefinition[] = [
  ...generalFunctions,
  ...mathFunctions,
  ...textFunctions,
  ...paddingFunctions,
  ...patternFunctions,
  ...escapeFunctions,
  ...binaryFunctions,
  ...dateFunctions,
  ...datePartFunctions,
  ...arrayFunctions,
  ...setFunctions,
  ...chanceFunctions,
  ...addressFunctionDefinitions,
];

/** Without a prototype: no name reaches anything that is not in the list. */
const byName: Record<string, FunctionDefinition> = Object.create(null) as Record<string, FunctionDefinition>;
for (const definition of definitions) byName[definition.name] = definition;

/** Every function of the mapping language as data, by category. */
export const functionCatalog: readonly FunctionDoc[] = definitions;

/** The function of this exact name, or `undefined`. */
export const findFunction = (name: string): FunctionDefinition | undefined => byName[name];

/** The closest known name, for "did you mean"; `undefined` when nothing is close. */
export function suggestName(name: string, names: readonly string[] = Object.keys(byName)): string | undefined {
  const wanted = name.toLowerCase();
  let best: string | undefined;
  let bestDistance = Math.min(3, Math.ceil(name.length / 2) + 1);
  for (const candidate of names) {
    const distance = editDistance(wanted, candidate.toLowerCase(), bestDistance);
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** Levenshtein distance, or `limit` when it is at least that. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(substitution, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    if (Math.min(...row) >= limit) return limit;
    previous = row;
  }
  return previous[b.length] ?? limit;
}
