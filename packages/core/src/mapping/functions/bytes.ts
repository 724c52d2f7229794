import type { Evaluation } from "../evaluation.ts";
import { FormulaError } from "../formulaError.ts";
import { isObject, type JsonObject, type Value } from "../values.ts";
import { toPaidText } from "./arguments.ts";

// Web standards that every host has but that the ES library of the type checker does not name.
declare const btoa: (binary: string) => string;
declare const atob: (base64: string) => string;
declare const TextEncoder: new () => { encode(text: string): Uint8Array };
declare const TextDecoder: new (
  encoding: "utf-8",
  options: { fatal: boolean },
) => { decode(bytes: Uint8Array): string };

/** What a text may be written in when it stands for bytes. */
export const encodings = ["utf8", "hex", "base64", "base64url", "latin1"] as const;
export type Encoding = (typeof encodings)[number];

const aliases: Record<string, Encoding> = { "utf-8": "utf8", text: "utf8", binary: "latin1", ascii: "latin1" };

/** Every name that an encoding may be given by. */
export const encodingNames: readonly string[] = [...encodings, ...Object.keys(aliases)];

export function requireEncoding(name: string): Encoding {
  const wanted = name.trim().toLowerCase();
  const found =
    encodings.find((encoding) => encoding === wanted) ?? (Object.hasOwn(aliases, wanted) && aliases[wanted]);
  if (found) return found;
  throw new FormulaError("formula_failed", `"${name.slice(0, 40)}" is not one of ${encodings.join(", ")}.`);
}

/**
 * Bytes in JSON: `{ encoding: "base64", data }`, as an HTTP answer that is no text has them. Whatever else such an object holds
 * (a content type, say) does not matter.
 */
export const isBinary = (value: Value): value is JsonObject & { data: string } =>
  isObject(value) && value.encoding === "base64" && Object.hasOwn(value, "data") && typeof value.data === "string";

export function toBinary(bytes: Uint8Array): JsonObject {
  return { encoding: "base64", sizeBytes: bytes.length, data: writeBytes(bytes, "base64") };
}

/** The bytes of a value: binary data as they are, everything else as its text in UTF-8. Paid for by their number. */
export function bytesOf(value: Value, evaluation: Evaluation): Uint8Array {
  const bytes = isBinary(value) ? readBytes(value.data, "base64") : readBytes(toPaidText(value, evaluation), "utf8");
  evaluation.spendSteps(bytes.length >> 6);
  return bytes;
}

/** The bytes that a text stands for. Throws `formula_failed` where it is not written in that encoding. */
export function readBytes(text: string, encoding: Encoding): Uint8Array {
  switch (encoding) {
    case "utf8":
      return new TextEncoder().encode(text);
    case "hex":
      return readHex(text);
    case "latin1":
      return readLatin1(text);
    case "base64":
    case "base64url":
      try {
        return fromBinaryString(atob(text.replaceAll("-", "+").replaceAll("_", "/")));
      } catch {
        throw new FormulaError("formula_failed", "The text is not Base64.");
      }
  }
}

export function writeBytes(bytes: Uint8Array, encoding: Encoding): string {
  switch (encoding) {
    case "utf8":
      return new TextDecoder("utf-8", { fatal: false }).decode(bytes);
    case "hex": {
      let hex = "";
      for (const byte of bytes) hex += byte.toString(16).padStart(2, "0");
      return hex;
    }
    case "latin1":
      return toBinaryString(bytes);
    case "base64":
      return btoa(toBinaryString(bytes));
    case "base64url":
      return btoa(toBinaryString(bytes)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
  }
}

/** The text of UTF-8 bytes. Throws `formula_failed` where they are none. */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new FormulaError("formula_failed", "The bytes are not a text in UTF-8.");
  }
}

function readHex(text: string): Uint8Array {
  const digits = text.trim();
  if (digits.length % 2 === 1 || !/^[0-9a-f]*$/i.test(digits)) {
    throw new FormulaError("formula_failed", "The text is not hexadecimal.");
  }
  return Uint8Array.from({ length: digits.length / 2 }, (_, index) =>
    parseInt(digits.slice(index * 2, index * 2 + 2), 16),
  );
}

function readLatin1(text: string): Uint8Array {
  const bytes = Uint8Array.from(text, (char) => char.charCodeAt(0));
  for (let index = 0; index < text.length; index++) {
    if (text.charCodeAt(index) > 255) throw new FormulaError("formula_failed", "The text is not Latin-1.");
  }
  return bytes;
}

const fromBinaryString = (binary: string): Uint8Array => Uint8Array.from(binary, (char) => char.charCodeAt(0));

function toBinaryString(bytes: Uint8Array): string {
  let binary = "";
  // In chunks: one argument per byte would overflow the stack.
  for (let start = 0; start < bytes.length; start += 8_192) {
    binary += String.fromCharCode(...bytes.subarray(start, start + 8_192));
  }
  return binary;
}
