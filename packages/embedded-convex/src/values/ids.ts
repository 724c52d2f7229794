/**
 * Convex's document ids.
 *
 * Binary form: the table number as a little-endian base-128 varint (1-5 bytes), 16 bytes of internal id, and a
 * Fletcher-16 checksum (modulus 256) of both, low byte first. Text form: Crockford's base32 in lower case, most
 * significant bits first, zero padded. Encoding and decoding are on the path of every read and write, so both work on
 * preallocated bytes and on two characters at a time.
 */

const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
const INTERNAL_LENGTH = 16;
const CHECKSUM_LENGTH = 2;
const MAX_VARINT_LENGTH = 5;
const MAX_BINARY_LENGTH = MAX_VARINT_LENGTH + INTERNAL_LENGTH + CHECKSUM_LENGTH;
const MIN_TEXT_LENGTH = 31;
const MAX_TEXT_LENGTH = 37;
const MAX_TABLE_NUMBER = 0xffff_ffff;

const INVALID_CHARACTER = 0xff;
const characterCodes = Uint8Array.from(ALPHABET, (character) => character.charCodeAt(0));
const characterValues = new Uint8Array(128).fill(INVALID_CHARACTER);
for (let value = 0; value < ALPHABET.length; value += 1) characterValues[ALPHABET.charCodeAt(value)] = value;

const binary = new Uint8Array(MAX_BINARY_LENGTH);
const text = Buffer.alloc(MAX_TEXT_LENGTH);

/** A decoded document id. */
export interface DecodedId {
  /** The number of the table in its component; at least 1. */
  tableNumber: number;
  /** 16 bytes, unique within the table. */
  internal: Uint8Array;
}

/**
 * The text form of a document id (31 to 37 characters).
 * Throws a RangeError for a table number outside 1..2^32-1 or an internal id that is not 16 bytes long.
 */
export function encodeId(tableNumber: number, internal: Uint8Array): string {
  if (!Number.isInteger(tableNumber) || tableNumber < 1 || tableNumber > MAX_TABLE_NUMBER) {
    throw new RangeError(`Invalid table number ${tableNumber}`);
  }
  if (internal.length !== INTERNAL_LENGTH) throw new RangeError(`An internal id has 16 bytes, not ${internal.length}`);
  let length = 0;
  let rest = tableNumber;
  while (rest >= 0x80) {
    binary[length++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  binary[length++] = rest;
  binary.set(internal, length);
  length += INTERNAL_LENGTH;
  const checksum = fletcher16(binary, length);
  binary[length++] = checksum & 0xff;
  binary[length++] = checksum >> 8;
  return encodeBase32(length);
}

/** The parts of a document id, or null when the text is not one (wrong length, character, checksum, padding). */
export function decodeId(id: string): DecodedId | null {
  if (typeof id !== "string" || id.length < MIN_TEXT_LENGTH || id.length > MAX_TEXT_LENGTH) return null;
  const length = decodeBase32(id);
  if (length < 0) return null;
  let tableNumber = 0;
  let position = 0;
  for (;;) {
    if (position === MAX_VARINT_LENGTH) return null;
    const byte = binary[position]!;
    tableNumber += (byte & 0x7f) * 2 ** (7 * position);
    position += 1;
    if (byte < 0x80) break;
  }
  if (tableNumber < 1 || tableNumber > MAX_TABLE_NUMBER) return null;
  const end = position + INTERNAL_LENGTH;
  if (length !== end + CHECKSUM_LENGTH) return null;
  const checksum = fletcher16(binary, end);
  if (binary[end] !== (checksum & 0xff) || binary[end + 1] !== checksum >> 8) return null;
  return { tableNumber, internal: binary.slice(position, end) };
}

/** Why a text is no id, as the Convex backend puts it; null when it is one. */
export function idProblem(id: string): string | null {
  if (decodeId(id) !== null) return null;
  if (id.length < MIN_TEXT_LENGTH || id.length > MAX_TEXT_LENGTH) return `Invalid ID length ${id.length}`;
  if (decodeBase32(id) < 0) return "ID wasn't valid base32";
  return "Invalid ID version";
}

function fletcher16(bytes: Uint8Array, length: number): number {
  let low = 0;
  let high = 0;
  for (let index = 0; index < length; index += 1) {
    low = (low + bytes[index]!) & 0xff;
    high = (high + low) & 0xff;
  }
  return (high << 8) | low;
}

function encodeBase32(length: number): string {
  let bits = 0;
  let bitCount = 0;
  let written = 0;
  for (let index = 0; index < length; index += 1) {
    bits = (bits << 8) | binary[index]!;
    bitCount += 8;
    while (bitCount >= 5) {
      bitCount -= 5;
      text[written++] = characterCodes[(bits >> bitCount) & 31]!;
    }
    bits &= (1 << bitCount) - 1;
  }
  if (bitCount > 0) text[written++] = characterCodes[(bits << (5 - bitCount)) & 31]!;
  return text.toString("latin1", 0, written);
}

/** Decodes into `binary`; the number of bytes, or -1 when `id` is not canonical base32. */
function decodeBase32(id: string): number {
  let bits = 0;
  let bitCount = 0;
  let written = 0;
  for (let index = 0; index < id.length; index += 1) {
    const code = id.charCodeAt(index);
    const value = code < 128 ? characterValues[code]! : INVALID_CHARACTER;
    if (value === INVALID_CHARACTER) return -1;
    bits = (bits << 5) | value;
    bitCount += 5;
    if (bitCount >= 8) {
      bitCount -= 8;
      binary[written++] = (bits >> bitCount) & 0xff;
      bits &= (1 << bitCount) - 1;
    }
  }
  // Left-over bits are padding. Were they free, one document would have several ids.
  return bits === 0 && bitCount < 5 ? written : -1;
}
