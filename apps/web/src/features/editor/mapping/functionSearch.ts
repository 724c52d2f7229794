import { functionCatalog } from "@patchbay/core";
import type { FunctionCategory, FunctionDoc } from "@patchbay/core";

/** The categories of functions, as people look for them. */
export const functionTabs: readonly { label: string; category: FunctionCategory }[] = [
  { label: "General", category: "general" },
  { label: "Text", category: "text" },
  { label: "Math", category: "math" },
  { label: "Dates", category: "date" },
  { label: "Lists", category: "array" },
];

export interface FunctionGroup {
  label: string;
  docs: FunctionDoc[];
}

/**
 * The functions of a category; with a search, those of all categories that have every word of it in their name, description or
 * arguments, the ones named so first.
 */
export function findFunctions(category: FunctionCategory, search: string): FunctionGroup[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const groups = functionTabs.map(({ label, category: each }) => ({
    label,
    docs: functionCatalog.filter((doc) => doc.category === each),
    isOpen: each === category,
  }));
  if (words.length === 0) return groups.filter(({ isOpen }) => isOpen);
  return groups.flatMap(({ label, docs }) => {
    const found = docs.filter((doc) => words.every((word) => textOf(doc).includes(word)));
    const rank = (doc: FunctionDoc) => words.filter((word) => doc.name.toLowerCase().includes(word)).length;
    return found.length === 0 ? [] : [{ label, docs: found.sort((a, b) => rank(b) - rank(a)) }];
  });
}

function textOf({ name, description, args }: FunctionDoc): string {
  return [name, description, ...args.flatMap((argument) => [argument.name, argument.description])]
    .join(" ")
    .toLowerCase();
}
