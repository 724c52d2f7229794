const escapes: Record<string, string> = { n: "\n", t: "\t", r: "\r", "\\": "\\", '"': '"', "'": "'" };

/**
 * The value of a quoted text. A backslash before anything else than `n t r \ " '` or `uXXXX` stands for itself,
 * so that regular expressions can be written without doubling: `"/\d+/"`.
 */
export function unquoteText(quoted: string): string {
  const body = quoted.slice(1, -1);
  if (!body.includes("\\")) return body;
  return body.replace(/\\(?:u([0-9a-fA-F]{4})|([\s\S]))/g, (whole, code: string | undefined, char: string) =>
    code === undefined ? (escapes[char] ?? whole) : String.fromCharCode(parseInt(code, 16)),
  );
}

/** A text as a literal in a formula. */
export const quoteText = (text: string): string =>
  `"${text.replace(/[\\"\n\r\t]/g, (char) => ({ "\n": "\\n", "\r": "\\r", "\t": "\\t" })[char] ?? `\\${char}`)}"`;
