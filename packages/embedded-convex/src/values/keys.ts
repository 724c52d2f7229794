/**
 * Order-preserving keys for Convex values.
 *
 * Comparing two keys byte by byte gives the order of `compareValues` in `convex/values`:
 * undefined < null < int64 < float64 < boolean < string < bytes < array < object; floats in IEEE-754 total order (-0
 * before 0, NaN at the ends by its sign), strings by UTF-8 bytes, arrays and objects (as sorted key-value pairs) element
 * by element, a prefix first.
 *
 * A value is a tag followed by its content. Tags are 1..10. Variable-length content ends with 0x00, which is less than
 * any tag; a zero byte inside strings and bytes is written as 0x00 0xFF, so that no tag may ever be 0xFF. Two rules follow
 * for ranges over keys: all keys that continue the values of `prefix` are in [prefix, prefix + 0xFF), while `prefix + 0xFF`
 * itself may begin the key of a *different* value (the string "a\0" after "a").
 */
import type { ConvexJson, ConvexJsonObject } from "./json.ts";

const TAG_UNDEFINED = 1;
const TAG_NULL = 2;
const TAG_INT64 = 3;
const TAG_FLOAT64 = 4;
const TAG_FALSE = 5;
const TAG_TRUE = 6;
const TAG_STRING = 7;
const TAG_BYTES = 8;
const TAG_ARRAY = 9;
const TAG_OBJECT = 10;
const TERMINATOR = 0x00;
const ESCAPE = 0xff;

/** Strings up to this length are written by a loop; above it the call into `Buffer.utf8Write` pays off. */
const SHORT_STRING = 64;

/** Shared by all calls: keys are copied out of it. Never used across an await. */
let buffer = Buffer.allocUnsafeSlow(4096);
let length = 0;

const float = new Float64Array(1);
const floatBytes = new Uint8Array(float.buffer);
const scratch = Buffer.alloc(8);

/** The key of a sequence of values, for example the values of an index's fields. `undefined` stands for a missing field. */
export function encodeKey(values: readonly (ConvexJson | undefined)[]): Buffer {
  length = 0;
  for (let index = 0; index < values.length; index += 1) writeValue(values[index]);
  return takeKey();
}

/** The key of a document in an index over `fields` (paths such as `author.name`). */
export function indexKey(doc: ConvexJsonObject, fields: readonly string[]): Buffer {
  length = 0;
  for (let index = 0; index < fields.length; index += 1) writeValue(getField(doc, fields[index]!));
  return takeKey();
}

/** The least key above all keys that continue the values of `prefix`: the exclusive end of an equality range. */
export function keyPrefixEnd(prefix: Buffer): Buffer {
  return appendByte(prefix, ESCAPE);
}

/** The least key above `key` itself: the inclusive start of what follows it. */
export function keySuccessor(key: Buffer): Buffer {
  return appendByte(key, TERMINATOR);
}

/** The value at a field path, or undefined when a step is missing or is not an object. Only own fields are seen. */
export function getField(doc: ConvexJsonObject, path: string): ConvexJson | undefined {
  if (!path.includes(".")) return ownField(doc, path);
  let value: ConvexJson | undefined = doc;
  for (const step of path.split(".")) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
    value = ownField(value, step);
  }
  return value;
}

/** Compares two values in Convex's order: negative, zero or positive. Missing values sort first. */
export function compareJson(left: ConvexJson | undefined, right: ConvexJson | undefined): number {
  if (left === right) return typeof left === "number" && left === 0 ? compareFloats(left, right as number) : 0;
  const leftRank = rankOf(left);
  const rightRank = rankOf(right);
  if (leftRank !== rightRank) return leftRank - rightRank;
  if (leftRank === TAG_STRING) return compareStrings(left as string, right as string);
  if (leftRank === TAG_FLOAT64 && typeof left === "number" && typeof right === "number") {
    return compareFloats(left, right);
  }
  if (leftRank === TAG_ARRAY) return compareArrays(left as ConvexJson[], right as ConvexJson[]);
  if (leftRank <= TAG_NULL) return 0;
  const leftKey = encodeKey([left]);
  return leftKey.compare(encodeKey([right]));
}

function ownField(object: ConvexJsonObject, name: string): ConvexJson | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

function appendByte(key: Buffer, byte: number): Buffer {
  const result = Buffer.allocUnsafe(key.length + 1);
  result.set(key);
  result[key.length] = byte;
  return result;
}

function takeKey(): Buffer {
  const key = Buffer.allocUnsafe(length);
  buffer.copy(key, 0, 0, length);
  return key;
}

function reserve(extra: number): void {
  if (length + extra <= buffer.length) return;
  const larger = Buffer.allocUnsafeSlow(Math.max(buffer.length * 2, length + extra));
  buffer.copy(larger, 0, 0, length);
  buffer = larger;
}

function writeByte(byte: number): void {
  if (length === buffer.length) reserve(1);
  buffer[length++] = byte;
}

function writeValue(value: ConvexJson | undefined): void {
  switch (typeof value) {
    case "string":
      writeByte(TAG_STRING);
      writeString(value);
      return;
    case "number":
      float[0] = value;
      writeFloatBytes();
      return;
    case "boolean":
      writeByte(value ? TAG_TRUE : TAG_FALSE);
      return;
    case "undefined":
      writeByte(TAG_UNDEFINED);
      return;
    default:
      if (value === null) writeByte(TAG_NULL);
      else if (Array.isArray(value)) writeArray(value);
      else writeEncodedOrObject(value);
  }
}

function writeArray(values: readonly ConvexJson[]): void {
  writeByte(TAG_ARRAY);
  for (let index = 0; index < values.length; index += 1) writeValue(values[index]);
  writeByte(TERMINATOR);
}

function writeEncodedOrObject(value: ConvexJsonObject): void {
  if (typeof value.$integer === "string") writeInteger(value.$integer);
  else if (typeof value.$float === "string") {
    scratch.write(value.$float, 0, 8, "base64");
    floatBytes.set(scratch);
    writeFloatBytes();
  } else if (typeof value.$bytes === "string") {
    writeByte(TAG_BYTES);
    writeEscaped(Buffer.from(value.$bytes, "base64"));
  } else if (value.$commitTs === null) writeUnresolvedCommitTs();
  else writeObject(value);
}

function writeObject(object: ConvexJsonObject): void {
  writeByte(TAG_OBJECT);
  for (const name of sortedFields(object)) {
    // Names carry a tag too: without it an empty name would look like the object's end.
    writeByte(TAG_STRING);
    writeString(name);
    writeValue(object[name]);
  }
  writeByte(TERMINATOR);
}

function sortedFields(object: ConvexJsonObject): string[] {
  const names = Object.keys(object);
  for (let index = 1; index < names.length; index += 1) if (names[index - 1]! > names[index]!) return names.sort();
  return names;
}

function writeInteger(base64: string): void {
  scratch.write(base64, 0, 8, "base64");
  reserve(9);
  buffer[length++] = TAG_INT64;
  buffer[length++] = scratch[7]! ^ 0x80;
  for (let index = 6; index >= 0; index -= 1) buffer[length++] = scratch[index]!;
}

/** Until a commit timestamp is known it sorts as the greatest int64, as in `compareValues`. */
function writeUnresolvedCommitTs(): void {
  reserve(9);
  buffer[length++] = TAG_INT64;
  for (let index = 0; index < 8; index += 1) buffer[length++] = 0xff;
}

/** Writes the little-endian `floatBytes`: negative numbers inverted, others with the sign bit set, so that bytes sort. */
function writeFloatBytes(): void {
  reserve(9);
  buffer[length++] = TAG_FLOAT64;
  if (floatBytes[7]! & 0x80) {
    for (let index = 7; index >= 0; index -= 1) buffer[length++] = ~floatBytes[index]! & 0xff;
    return;
  }
  buffer[length++] = floatBytes[7]! | 0x80;
  for (let index = 6; index >= 0; index -= 1) buffer[length++] = floatBytes[index]!;
}

function writeString(value: string): void {
  if (value.length <= SHORT_STRING && writeShortAscii(value)) return;
  // At most 3 bytes for a UTF-16 unit, and the terminator.
  reserve(value.length * 3 + 1);
  const start = length;
  const written = buffer.write(value, start);
  if (!buffer.subarray(start, start + written).includes(0)) {
    length += written;
    buffer[length++] = TERMINATOR;
    return;
  }
  writeEscaped(Buffer.from(buffer.subarray(start, start + written)));
}

/** The common case without a call into C++; false (and nothing written) when the string is not plain ASCII. */
function writeShortAscii(value: string): boolean {
  reserve(value.length + 1);
  let position = length;
  for (let index = 0; index < value.length; index += 1) {
    const code = value.charCodeAt(index);
    if (code === 0 || code >= 0x80) return false;
    buffer[position++] = code;
  }
  buffer[position++] = TERMINATOR;
  length = position;
  return true;
}

function writeEscaped(bytes: Uint8Array): void {
  reserve(bytes.length * 2 + 1);
  for (let index = 0; index < bytes.length; index += 1) {
    const byte = bytes[index]!;
    buffer[length++] = byte;
    if (byte === TERMINATOR) buffer[length++] = ESCAPE;
  }
  buffer[length++] = TERMINATOR;
}

/** The tag of a value's type, with both booleans as one. */
function rankOf(value: ConvexJson | undefined): number {
  switch (typeof value) {
    case "string":
      return TAG_STRING;
    case "number":
      return TAG_FLOAT64;
    case "boolean":
      return TAG_FALSE;
    case "undefined":
      return TAG_UNDEFINED;
    default:
      if (value === null) return TAG_NULL;
      if (Array.isArray(value)) return TAG_ARRAY;
      if (value.$integer !== undefined || value.$commitTs === null) return TAG_INT64;
      if (value.$float !== undefined) return TAG_FLOAT64;
      return value.$bytes !== undefined ? TAG_BYTES : TAG_OBJECT;
  }
}

function compareFloats(left: number, right: number): number {
  if (left < right) return -1;
  if (left > right) return 1;
  if (left === right && left !== 0) return 0;
  // Zeros by their sign, NaNs by their bits.
  const leftKey = encodeKey([left]);
  return leftKey.compare(encodeKey([right]));
}

function compareArrays(left: readonly ConvexJson[], right: readonly ConvexJson[]): number {
  const shared = Math.min(left.length, right.length);
  for (let index = 0; index < shared; index += 1) {
    const order = compareJson(left[index], right[index]);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

/** UTF-8 order of two different strings: code-unit order, with surrogates (beyond U+FFFF) above all other units. */
function compareStrings(left: string, right: string): number {
  const shared = Math.min(left.length, right.length);
  for (let index = 0; index < shared; index += 1) {
    const leftUnit = left.charCodeAt(index);
    const rightUnit = right.charCodeAt(index);
    if (leftUnit === rightUnit) continue;
    if (isSurrogate(leftUnit) === isSurrogate(rightUnit)) return leftUnit - rightUnit;
    return isSurrogate(leftUnit) ? 1 : -1;
  }
  return left.length - right.length;
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}
