/** JSON text from outside, checked before anything recursive or anything that counts on JSON values sees it. */

/** Deeper JSON is refused: nothing sensible nests like this, and recursive code must not be led into the depths. */
const MAX_DEPTH = 200;

export type ReadJson = { ok: true; value: unknown } | { ok: false; fault: string };

/** Parses the text; `fault` goes on from "the body", say: "is not JSON: ...". */
export function readJson(text: string): ReadJson {
  if (isTooDeep(text)) return { ok: false, fault: `is nested more than ${MAX_DEPTH} levels deep` };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (thrown) {
    return { ok: false, fault: `is not JSON: ${thrown instanceof Error ? thrown.message : String(thrown)}` };
  }
  // `1e400` is JSON, but becomes Infinity, which is not: it would turn into null wherever it is stored.
  if (MAY_OVERFLOW.test(text) && hasInfinity(value)) return { ok: false, fault: "holds a number that is too large" };
  return { ok: true, value };
}

/** What is wrong with a text that should be JSON, or null. */
export function jsonFault(text: string): string | null {
  const read = readJson(text);
  return read.ok ? null : read.fault;
}

/** No number without one of these is beyond 1.8e308. */
const MAY_OVERFLOW = /[eE]\+?\d{3}|\d{200}[\d.]*[eE]|\d{309}/;

function hasInfinity(value: unknown): boolean {
  if (typeof value === "number") return !Number.isFinite(value);
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).some(hasInfinity);
}

/** Counts open brackets outside of strings. */
function isTooDeep(text: string): boolean {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) i = endOfString(text, i);
    else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      depth += 1;
      if (depth > MAX_DEPTH) return true;
    } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) depth -= 1;
  }
  return false;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** Position of the quote that ends the string which begins at `from`. */
function endOfString(text: string, from: number): number {
  for (let i = from + 1; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === BACKSLASH) i += 1;
    else if (code === QUOTE) return i;
  }
  return text.length;
}
