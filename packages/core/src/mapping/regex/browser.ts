import type { CompilePattern } from "./engine.ts";

let compilePattern: CompilePattern | null = null;

/** Fetches the engine (some 60 KB) for live previews of formulas with patterns. May be called again at no cost. */
export async function loadRegexEngine(): Promise<void> {
  compilePattern ??= (await import("./re2.ts")).compileRe2;
}

export const getCompilePattern = (): CompilePattern | null => compilePattern;
