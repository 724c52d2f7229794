import { FormulaError } from "../formulaError.ts";
import { namesOf } from "./names.ts";
import { readFormat, tokens, type FormatPart, type Moment } from "./tokens.ts";
import { toCivil } from "./zone.ts";

interface CompiledFormat {
  parts: readonly FormatPart[];
  hasDay: boolean;
}

const cache = new Map<string, CompiledFormat>();
const MAX_CACHED = 500;
/** Longest format, in characters. */
const MAX_LENGTH = 1_000;

/** Formats are few and used again for every bundle. */
function compileFormat(format: string): CompiledFormat {
  const known = cache.get(format);
  if (known) return known;
  if (format.length > MAX_LENGTH) {
    throw new FormulaError("formula_failed", `The format of a date may have ${MAX_LENGTH} characters.`);
  }
  const parts = readFormat(format);
  const hasDay = parts.some((part) => part.kind === "token" && (part.token === "D" || part.token === "DD"));
  const compiled = { parts, hasDay };
  // Long ones are not kept: what is remembered must stay small.
  if (cache.size < MAX_CACHED && format.length <= 100) cache.set(format, compiled);
  return compiled;
}

/**
 * Writes a moment with the tokens of Make's `formatDate` (those of Moment.js), in a time zone. Names are English without
 * a `locale`.
 */
export function formatMoment(ms: number, format: string, timeZone: string, locale?: string): string {
  const { parts, hasDay } = compileFormat(format);
  const isEnglish = locale === undefined || locale === "" || /^en\b/.test(locale);
  const moment: Moment = { ...toCivil(ms, timeZone), ms, timeZone, names: namesOf(locale), isEnglish, hasDay };
  let text = "";
  for (const part of parts) text += part.kind === "text" ? part.text : tokens[part.token]!(moment);
  return text;
}
