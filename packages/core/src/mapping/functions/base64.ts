import { FormulaError } from "../formulaError.ts";

// Web standards that every host has but that the ES library of the type checker does not name.
declare const btoa: (binary: string) => string;
declare const atob: (base64: string) => string;
declare const TextEncoder: new () => { encode(text: string): Uint8Array };
declare const TextDecoder: new (
  encoding: "utf-8",
  options: { fatal: boolean },
) => { decode(bytes: Uint8Array): string };

/** Base64 of a text's UTF-8 bytes. */
export function encodeBase64(text: string): string {
  const bytes = new TextEncoder().encode(text);
  let binary = "";
  // In chunks: one argument per byte would overflow the stack.
  for (let start = 0; start < bytes.length; start += 8_192) {
    binary += String.fromCharCode(...bytes.subarray(start, start + 8_192));
  }
  return btoa(binary);
}

/** The UTF-8 text of Base64, also in its URL-safe form. Throws `formula_failed` for anything else. */
export function decodeBase64(text: string): string {
  try {
    const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(binary, (char) => char.charCodeAt(0));
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new FormulaError("formula_failed", "The text is not Base64 of a UTF-8 text.");
  }
}
