import { documentKey, encodeIndexValues, type TableInfo } from "../store/catalog.ts";
import { decodeId, encodeId } from "../values/ids.ts";
import type { ConvexJson } from "../values/json.ts";
import { compareJson, keyPrefixEnd } from "../values/keys.ts";
import type { RangeExpression } from "./queryTypes.ts";
import { compileRange } from "./rangeExpressions.ts";

/** A range of keys of one index: `low <= key < high`. */
export interface KeyRange {
  index: number;
  low: Buffer;
  high: Buffer;
}

/** What the keys of an index are made of. */
export interface KeyLayout {
  index: number;
  /** `table.index`, for messages. */
  name: string;
  table: TableInfo;
  /** All fields, `_creationTime` and `_id` at their end. */
  fields: readonly string[];
  /** The range of all keys. */
  low: Buffer;
  high: Buffer;
}

const CREATION_TIME = "_creationTime";
const ID = "_id";
const TIME_BYTES = 8;
const INTERNAL_BITS = 128;

/** The keys that a range expression admits. @throws if it does not fit the index. */
export function keyRange(layout: KeyLayout, range: readonly RangeExpression[]): KeyRange {
  const { equalities, bounds } = compileRange(layout.name, layout.fields, range);
  let prefix = { low: layout.low, high: layout.high };
  for (const { field, value } of equalities) {
    const [low, high] = boundsOf(layout, prefix, field, value);
    prefix = { low, high };
  }
  let { low, high } = prefix;
  if (bounds?.lower != null)
    low = boundsOf(layout, prefix, bounds.field, bounds.lower.value)[bounds.lower.inclusive ? 0 : 1];
  if (bounds?.upper != null)
    high = boundsOf(layout, prefix, bounds.field, bounds.upper.value)[bounds.upper.inclusive ? 1 : 0];
  return { index: layout.index, low, high: low.compare(high) > 0 ? low : high };
}

type Keys = { low: Buffer; high: Buffer };

/** Within the keys that begin with `prefix`: the first one with `value` at the next place, and the first one behind all of those. */
function boundsOf(
  { table, fields }: KeyLayout,
  prefix: Keys,
  field: string,
  value: ConvexJson | undefined,
): [Buffer, Buffer] {
  // Nothing is left of a range that is empty already, and its end is no prefix of anything.
  if (prefix.low.compare(prefix.high) >= 0) return [prefix.low, prefix.low];
  if (field === CREATION_TIME && table.creationIndex === null) return creationTimeBounds(prefix, value);
  if (field === ID) return idBounds(table, fields, prefix, value);
  const key = Buffer.concat([prefix.low, encodeIndexValues([value])]);
  return [key, keyPrefixEnd(key)];
}

/** In an ordinary table, creation times are stored as the first 8 bytes of the internal id: positive doubles sort by their bytes. */
function creationTimeBounds(prefix: Keys, value: ConvexJson | undefined): [Buffer, Buffer] {
  if (typeof value !== "number") return beyond(prefix, compareJson(value, 0));
  if (value < 0) return beyond(prefix, -1);
  const time = Buffer.allocUnsafe(TIME_BYTES);
  time.writeDoubleBE(value);
  return [Buffer.concat([prefix.low, time]), Buffer.concat([prefix.low, successorOfTime(time)])];
}

/** Ids are compared as the strings that they are. Their text sorts like the bytes that it encodes. */
function idBounds(
  table: TableInfo,
  fields: readonly string[],
  prefix: Keys,
  value: ConvexJson | undefined,
): [Buffer, Buffer] {
  if (typeof value !== "string") return beyond(prefix, compareJson(value, ""));
  const decoded = decodeId(value);
  const exact = decoded !== null && decoded.tableNumber === table.num;
  const internal = exact ? Buffer.from(decoded.internal) : firstInternalFrom(table.num, value);
  if (internal === null) return beyond(prefix, 1);
  let start: Buffer;
  if (fields.length === 1) start = documentKey(table, internal);
  else if (table.creationIndex !== null) start = Buffer.concat([prefix.low, internal]);
  else {
    // The prefix holds the time part of the id already: one from another time is before or behind all that begin with it.
    const time = prefix.low.subarray(prefix.low.length - TIME_BYTES);
    const order = Buffer.compare(internal.subarray(0, TIME_BYTES), time);
    if (order !== 0) return beyond(prefix, order);
    start = Buffer.concat([prefix.low, internal.subarray(TIME_BYTES)]);
  }
  return [start, exact ? Buffer.concat([start, Buffer.from([0])]) : start];
}

/** The least internal id whose text is not less than `text`, or null if there is none. Found by halving. */
function firstInternalFrom(tableNum: number, text: string): Buffer | null {
  const isBelow = (number: bigint) => compareJson(encodeId(tableNum, internalOf(number)), text) < 0;
  let low = 0n;
  let high = 1n << BigInt(INTERNAL_BITS);
  while (low < high) {
    const middle = (low + high) >> 1n;
    if (isBelow(middle)) low = middle + 1n;
    else high = middle;
  }
  return low === 1n << BigInt(INTERNAL_BITS) ? null : internalOf(low);
}

function internalOf(number: bigint): Buffer {
  return Buffer.from(number.toString(16).padStart(INTERNAL_BITS / 4, "0"), "hex");
}

/** A value that no document has sorts before or behind them all. */
function beyond(prefix: Keys, order: number): [Buffer, Buffer] {
  return order < 0 ? [prefix.low, prefix.low] : [prefix.high, prefix.high];
}

function successorOfTime(time: Buffer): Buffer {
  const next = Buffer.allocUnsafe(TIME_BYTES);
  next.writeBigUInt64BE(time.readBigUInt64BE() + 1n);
  return next;
}
