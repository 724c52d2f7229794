import type { PathStep } from "./ast.ts";

const plainName = /^[a-zA-Z_$\u{a1}-\u{10ffff}][a-zA-Z0-9_$\u{a1}-\u{10ffff}]*$/u;

/** Whether a field name can be written in a reference without backticks. */
export const isPlainName = (name: string): boolean => plainName.test(name);

/** `.title`, `` .`odd name` ``, `[1]`, `[]` as they stand in a reference. Names cannot contain a backtick. */
export function formatStep(step: PathStep): string {
  if (step.kind === "each") return "[]";
  if (step.kind === "item") return `[${step.index}]`;
  return isPlainName(step.key) ? `.${step.key}` : `.\`${step.key}\``;
}

/** `1.body.items[1].title`; the whole bundle is `1.*`. */
export function formatReference(nodeId: number, path: readonly PathStep[]): string {
  if (path.length === 0) return `${nodeId}.*`;
  return `${nodeId}${path.map(formatStep).join("")}`;
}

/**
 * The path of a reference from keys and zero-based indexes, as in a JavaScript value:
 * `["items", 0, "title"]` -> `.items[1].title`.
 */
export const pathFromKeys = (keys: readonly (string | number)[]): PathStep[] =>
  keys.map((key) => (typeof key === "number" ? { kind: "item", index: key + 1 } : { kind: "key", key }));

const stepPattern = /\.?([^.[\]`]+)|\.?`([^`]*)`|\[(-?\d*)\]/uy;

/** Reads a path written as text (`"items[1].title"`), as `get` and `map` take it. `null` when it is not a path. */
export function parsePath(text: string): PathStep[] | null {
  const steps: PathStep[] = [];
  stepPattern.lastIndex = 0;
  while (stepPattern.lastIndex < text.length) {
    const match = stepPattern.exec(text);
    if (!match) return null;
    const [, name, quoted, index] = match;
    if (index === undefined) steps.push({ kind: "key", key: name ?? quoted ?? "" });
    else steps.push(indexStep(index));
  }
  return steps;
}

/** `"1"` -> item 1, `""` -> each item. */
export const indexStep = (digits: string): PathStep =>
  digits === "" ? { kind: "each" } : { kind: "item", index: Number(digits) };
