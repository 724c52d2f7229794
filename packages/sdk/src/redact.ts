import type { JsonValue } from "@patchbay/core";

export const REDACTED = "[redacted]";

/** Encoded forms of shorter secrets would match ordinary text; their plain form is still replaced. */
const MIN_ENCODED_LENGTH = 4;

export type Redactor = (value: JsonValue) => JsonValue;

/**
 * Replaces every occurrence of the secrets in texts, keys and numbers by `"[redacted]"`. Found are the plain form, JSON-
 * escaped, URL- and form-encoded, hexadecimal, and base64 and base64url at any offset inside a longer encoded text.
 */
export function redact(value: JsonValue, secrets: readonly string[]): JsonValue {
  return createRedactor(secrets)(value);
}

/** The same as `redact`, prepared once for many values. */
export function createRedactor(secrets: readonly string[]): Redactor {
  const plain = new Set(secrets.filter((secret) => secret.length > 0));
  if (plain.size === 0) return (value) => value;
  // One pass with the longest form first: what was replaced is never looked at again.
  const forms = [...new Set([...plain].flatMap(formsOf))].sort((a, b) => b.length - a.length);
  const pattern = new RegExp(forms.map(escapeRegExp).join("|"), "g");
  const redactText = (text: string) => text.replace(pattern, REDACTED);

  const walk = (value: JsonValue): JsonValue => {
    if (typeof value === "string") return redactText(value);
    if (typeof value === "number") return plain.has(String(value)) ? REDACTED : value;
    if (Array.isArray(value)) return value.map(walk);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [redactText(key), walk(item)]));
  };
  return walk;
}

function formsOf(secret: string): string[] {
  const escaped = JSON.stringify(secret).slice(1, -1);
  // Some encoders also escape the slash, and everything outside ASCII.
  const forms = [secret, escaped, escaped.replaceAll("/", "\\/"), escapeNonAscii(escaped)];
  if (secret.length < MIN_ENCODED_LENGTH) return forms;
  const bytes = new TextEncoder().encode(secret);
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [...forms, hex, hex.toUpperCase(), ...urlForms(new TextDecoder().decode(bytes)), ...base64Forms(bytes)];
}

/** Takes well-formed text: a lone surrogate cannot be URL-encoded. */
function urlForms(secret: string): string[] {
  const component = encodeURIComponent(secret);
  const strict = component.replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
  const form = new URLSearchParams([["", secret]]).toString().slice(1);
  const forms = [component, strict, form, encodeURI(secret)];
  return [...forms, ...forms.map((text) => text.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()))];
}

/**
 * The characters that the secret's bytes alone decide, for each of the three offsets at which they may stand in a longer
 * text: `user:secret` as basic authentication encodes it, say.
 */
function base64Forms(bytes: Uint8Array): string[] {
  const forms: string[] = [];
  for (const offset of [0, 1, 2]) {
    const shifted = new Uint8Array(offset + bytes.length);
    shifted.set(bytes, offset);
    const encoded = btoa(String.fromCharCode(...shifted));
    const from = Math.ceil((offset * 8) / 6);
    const to = Math.floor(((offset + bytes.length) * 8) / 6);
    const core = encoded.slice(from, to);
    forms.push(core, core.replaceAll("+", "-").replaceAll("/", "_"));
  }
  return forms;
}

function escapeNonAscii(text: string): string {
  return text.replace(/[^\x00-\x7f]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}
