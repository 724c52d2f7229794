import { getCompilePattern } from "#regexEngine";
import { FormulaError } from "../formulaError.ts";
import type { CompiledPattern } from "./engine.ts";

const MAX_PATTERN_LENGTH = 1_000;
const MAX_CACHED = 200;
const cache = new Map<string, CompiledPattern>();

/** A pattern as people write it. */
export interface Pattern extends CompiledPattern {
  /** Flag `g`: all matches instead of the first one. */
  all: boolean;
}

/** `/source/flags`, or `null` when the text is not written so. */
export function parseSlashes(text: string): { source: string; flags: string } | null {
  const end = text.lastIndexOf("/");
  if (!text.startsWith("/") || end < 2) return null;
  const flags = text.slice(end + 1);
  return /^[gimsu]*$/.test(flags) ? { source: text.slice(1, end), flags } : null;
}

/** Compiles `/source/flags` or a bare source. Throws `formula_failed` for what is no pattern. */
export function compilePattern(text: string): Pattern {
  const { source, flags } = parseSlashes(text) ?? { source: text, flags: "" };
  const key = `${flags}/${source}`;
  let compiled = cache.get(key);
  if (!compiled) {
    compiled = compileSource(source, flags);
    // Old entries go first; a hit is not worth reordering for.
    if (cache.size >= MAX_CACHED) cache.delete(cache.keys().next().value!);
    cache.set(key, compiled);
  }
  return { test: compiled.test, find: compiled.find, all: flags.includes("g") };
}

function compileSource(source: string, flags: string): CompiledPattern {
  if (source.length > MAX_PATTERN_LENGTH) {
    throw new FormulaError("formula_failed", `A pattern may have ${MAX_PATTERN_LENGTH} characters.`);
  }
  const compile = getCompilePattern();
  if (!compile)
    throw new FormulaError("formula_failed", "Patterns are not available here yet: the engine is being loaded.");
  try {
    return compile(source, {
      ignoreCase: flags.includes("i"),
      multiline: flags.includes("m"),
      dotAll: flags.includes("s"),
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new FormulaError(
      "formula_failed",
      `"${source.slice(0, 60)}" is not a valid pattern: ${reason.slice(0, 120)}`,
    );
  }
}
