import type { PathStep } from "./ast.ts";
import { parsePath } from "./path.ts";

/** Reads the text of one reference (`1.body.items[1]`, `1.*`). `null` when it is none. */
export function readReferenceText(text: string): { nodeId: number; path: PathStep[] } | null {
  const match = /^(\d+)\.([\s\S]+)$/.exec(text);
  if (!match) return null;
  const [, nodeId, rest = ""] = match;
  const path = rest.startsWith("*") ? parsePath(withoutSpaces(rest.slice(1))) : parsePath(withoutSpaces(rest));
  return path && { nodeId: Number(nodeId), path };
}

/** The grammar lets spaces stand between the steps of a path; inside of backticks they belong to the name. */
const withoutSpaces = (text: string): string =>
  text.replace(/`[^`]*`|\s+/g, (part) => (part.startsWith("`") ? part : ""));
