/** A request's body as JSON: JSON as it is, forms as objects, text as text, anything else as base64 that says so. */
import { Gunzip, Inflate, Unzlib } from "fflate";
import { jsonFault } from "../lib/json.ts";
import { concatBytes, type Bytes } from "../lib/bytes.ts";
import { readMultipart } from "./multipart.ts";

export type ParsedBody =
  { kind: "ok"; json: string } | { kind: "too_large"; message: string } | { kind: "malformed"; message: string };

/** `maxBytes` holds for what is left after a compressed body was unpacked. */
export function parseBody(
  raw: Bytes,
  about: { contentType: string; contentEncoding: string; maxBytes: number },
): ParsedBody {
  const unpacked = unpack(raw, about.contentEncoding.trim().toLowerCase(), about.maxBytes);
  if ("kind" in unpacked) return unpacked;
  const { bytes } = unpacked;
  if (bytes.length === 0) return ok("null");
  const type = (about.contentType.split(";")[0] ?? "").trim().toLowerCase();
  if (type === "multipart/form-data") return parseMultipart(bytes, about.contentType);
  const text = decodeText(bytes, about.contentType);
  if (text === null) return ok(JSON.stringify(binary(bytes, type)));
  return parseText(text, type);
}

function parseText(text: string, type: string): ParsedBody {
  if (type === "application/json" || type.endsWith("+json")) {
    const fault = jsonFault(text);
    return fault === null ? ok(text) : malformed(`The body ${fault}.`);
  }
  if (type === "application/x-www-form-urlencoded") return ok(JSON.stringify(groupFields(new URLSearchParams(text))));
  // Many senders forget the content type: what reads as JSON is taken as JSON.
  if (type === "" && jsonFault(text) === null) return ok(text);
  return ok(JSON.stringify(text));
}

function parseMultipart(bytes: Bytes, contentType: string): ParsedBody {
  const read = readMultipart(bytes, contentType);
  if (!read.ok) return malformed(read.message);
  return ok(
    JSON.stringify(
      groupFields(
        read.parts.map(({ name, fileName, type, content }) => {
          const text = fileName === null ? decodeText(content, type) : null;
          return [name, text ?? { ...(fileName !== null && { fileName }), ...binary(content, type) }] as const;
        }),
      ),
    ),
  );
}

/** A field that comes several times becomes a list. */
function groupFields<Value>(entries: Iterable<readonly [string, Value]>): Record<string, Value | Value[]> {
  const fields = new Map<string, Value[]>();
  for (const [name, value] of entries) fields.set(name, [...(fields.get(name) ?? []), value]);
  return Object.fromEntries([...fields].map(([name, values]) => [name, values.length === 1 ? values[0]! : values]));
}

/** What is not text comes as base64, named as such, in the form in which `http.request` gives such answers. */
const binary = (bytes: Uint8Array, contentType: string) => ({
  encoding: "base64",
  contentType: contentType || null,
  sizeBytes: bytes.length,
  data: toBase64(bytes),
});

function toBase64(bytes: Uint8Array): string {
  const CHUNK = 0x8000;
  let text = "";
  for (let from = 0; from < bytes.length; from += CHUNK) {
    text += String.fromCharCode(...bytes.subarray(from, from + CHUNK));
  }
  return btoa(text);
}

/** In the charset that the content type names, else UTF-8; null where the bytes are no text. */
function decodeText(bytes: Uint8Array, contentType: string): string | null {
  const charset = /;\s*charset="?([^";\s]+)/i.exec(contentType)?.[1] ?? "utf-8";
  try {
    return new TextDecoder(charset, { fatal: true }).decode(bytes);
  } catch (error) {
    // A charset that nobody knows: most who name one send UTF-8 all the same.
    if (!(error instanceof RangeError)) return null;
    return decodeText(bytes, "");
  }
}

/** Unpacked at a time: at most a thousandfold comes out of it before the size is looked at. */
const SLICE_BYTES = 4_096;

function unpack(
  raw: Bytes,
  encoding: string,
  maxBytes: number,
): { bytes: Bytes } | Exclude<ParsedBody, { kind: "ok" }> {
  if (encoding === "" || encoding === "identity") return { bytes: raw };
  if (encoding !== "gzip" && encoding !== "x-gzip" && encoding !== "deflate") {
    return malformed(`The Content-Encoding "${encoding.slice(0, 40)}" is not known. Send gzip, deflate or none.`);
  }
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  const stream = inflater(raw, encoding, (chunk) => {
    chunks.push(chunk);
    sizeBytes += chunk.length;
  });
  try {
    for (let from = 0; from < raw.length; from += SLICE_BYTES) {
      stream.push(raw.subarray(from, from + SLICE_BYTES), from + SLICE_BYTES >= raw.length);
      // Little can be packed to become very much: it is not unpacked any further than it may be large.
      if (sizeBytes > maxBytes) return tooLarge(maxBytes);
    }
    return { bytes: concatBytes(...chunks) };
  } catch (error) {
    return malformed(`The body cannot be unpacked as ${encoding}: ${error instanceof Error ? error.message : "?"}.`);
  }
}

function inflater(raw: Bytes, encoding: string, take: (chunk: Uint8Array) => void) {
  if (encoding !== "deflate") return new Gunzip(take);
  // "deflate" is zlib by the standard, and raw deflate as some senders have it.
  const isZlib = ((raw[0] ?? 0) & 0x0f) === 8 && (((raw[0] ?? 0) << 8) | (raw[1] ?? 0)) % 31 === 0;
  return isZlib ? new Unzlib(take) : new Inflate(take);
}

const ok = (json: string): ParsedBody => ({ kind: "ok", json });
const malformed = (message: string) => ({ kind: "malformed" as const, message });
const tooLarge = (maxBytes: number) => ({
  kind: "too_large" as const,
  message: `The unpacked body is larger than ${maxBytes} bytes.`,
});
