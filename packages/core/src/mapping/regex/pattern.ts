import { getCompilePattern } from "#regexEngine";
import type { Evaluation } from "../evaluation.ts";
import { FormulaError } from "../formulaError.ts";
import type { CompiledPattern, PatternReader } from "./engine.ts";

const MAX_PATTERN_LENGTH = 1_000;
const MAX_CACHED = 200;
const cache = new Map<string, CompiledPattern>();

/** A pattern as people write it. */
export interface Pattern {
  /** Flag `g`: all matches instead of the first one. */
  all: boolean;
  /** Begins to read a text, at the evaluation's cost. */
  read(text: string): PatternReader;
}

/** Looks at characters by instructions of a pattern that make one step: a budget of steps is some seconds at worst. */
const READS_PER_STEP = 300;

/** Whether patterns can be used already; where they cannot, `loadRegexEngine` fetches the engine. */
export const hasRegexEngine = (): boolean => getCompilePattern() !== null;

/** `/source/flags`, or `null` when the text is not written so. */
export function parseSlashes(text: string): { source: string; flags: string } | null {
  const end = text.lastIndexOf("/");
  if (!text.startsWith("/") || end < 2) return null;
  const flags = text.slice(end + 1);
  return /^[gimsu]*$/.test(flags) ? { source: text.slice(1, end), flags } : null;
}

/**
 * Compiles `/source/flags` or a bare source. Throws `formula_failed` for what is no pattern. What is spent does not depend on
 * whether the pattern was compiled before: the same formula must not fail in one process and pass in another.
 */
export function compilePattern(text: string, evaluation: Evaluation): Pattern {
  const { source, flags } = parseSlashes(text) ?? { source: text, flags: "" };
  const key = `${flags}/${source}`;
  let compiled = cache.get(key);
  if (!compiled) {
    compiled = compileSource(source, flags);
    // Old entries go first; a hit is not worth reordering for.
    if (cache.size >= MAX_CACHED) cache.delete(cache.keys().next().value!);
    cache.set(key, compiled);
  }
  const { size, read } = compiled;
  evaluation.spendSteps(1 + (size >> 1));
  const spend = (characters: number): void => {
    try {
      evaluation.spendSteps(Math.ceil((characters * size) / READS_PER_STEP));
    } catch (error) {
      // An engine that was stopped in the middle is not used again.
      cache.delete(key);
      throw error;
    }
  };
  return { all: flags.includes("g"), read: (subject) => read(subject, spend) };
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
