import type { JsonValue } from "@patchbay/core";
import { errors } from "../errors.ts";

/**
 * Reads a response to its end, but never more than `maxBytes`.
 * @throws IntegrationError `terminal`, code `response_too_large`
 */
export async function readBody(response: Response, maxBytes: number): Promise<Uint8Array> {
  const declared = Number(response.headers.get("content-length") ?? "0");
  if (declared > maxBytes) {
    await response.body?.cancel();
    throw tooLarge(maxBytes);
  }
  if (!response.body) return new Uint8Array(0);
  const reader = response.body.getReader();
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return concatenate(chunks, sizeBytes);
    sizeBytes += value.byteLength;
    if (sizeBytes > maxBytes) {
      await reader.cancel();
      throw tooLarge(maxBytes);
    }
    chunks.push(value);
  }
}

function concatenate(chunks: readonly Uint8Array[], sizeBytes: number): Uint8Array {
  const whole = new Uint8Array(sizeBytes);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return whole;
}

function tooLarge(maxBytes: number) {
  const megabytes = Math.round((maxBytes / 1_048_576) * 10) / 10;
  return errors.terminal(`The answer is larger than ${megabytes} MB, the most that one operation takes.`, {
    code: "response_too_large",
  });
}

/** The text of a body in the charset its content type names (UTF-8 otherwise); null where the bytes are not text. */
export function decodeBody(bytes: Uint8Array, contentType: string | null | undefined): string | null {
  const charset = /;\s*charset="?([^";\s]+)/i.exec(contentType ?? "")?.[1];
  try {
    return createDecoder(charset).decode(bytes);
  } catch {
    return null;
  }
}

function createDecoder(charset: string | undefined): TextDecoder {
  try {
    return new TextDecoder(charset ?? "utf-8", { fatal: true });
  } catch {
    // An unknown charset: most servers that name one send UTF-8 all the same.
    return new TextDecoder("utf-8", { fatal: true });
  }
}

export const isJsonType = (contentType: string | null | undefined): boolean =>
  /^[^;]*[/+](x-)?json\s*(;|$)/i.test(contentType ?? "");

/** The parsed body where its type says JSON and it is; undefined otherwise. */
export function parseJsonBody(text: string, contentType: string | null | undefined): JsonValue | undefined {
  if (!isJsonType(contentType)) return undefined;
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}
