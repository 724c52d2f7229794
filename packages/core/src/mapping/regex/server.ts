import type { CompilePattern } from "./engine.ts";
import { compileRe2 } from "./re2.ts";

/** Nothing to load where the engine is part of the bundle. */
export const loadRegexEngine = (): Promise<void> => Promise.resolve();

export const getCompilePattern = (): CompilePattern | null => compileRe2;
