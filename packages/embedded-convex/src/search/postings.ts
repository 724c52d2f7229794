/**
 * Lists of postings as bytes. A posting is 28 bytes: the place of a document (its creation time as a big-endian double, then the
 * 16 bytes of its internal place), then its weight as a big-endian uint32 (occurrences in the upper 24 bits, length code in the
 * lowest 8). Lists are sorted by place, and so by creation time: ids alone may come from elsewhere and tell nothing of it.
 */

export const PLACE_BYTES = 24;
export const POSTING_BYTES = 28;
const TIME_BYTES = 8;
const MAX_OCCURRENCES = 0xffffff;

/** The place of a document among postings. `creationTime` in ms. */
export function placeOf(creationTime: number, internal: Uint8Array): Buffer {
  const place = Buffer.allocUnsafe(PLACE_BYTES);
  // Positive doubles sort by their bytes. Times before 1970 can only come from elsewhere, and then sort by their ids.
  place.writeDoubleBE(creationTime > 0 ? creationTime : 0);
  place.set(internal, TIME_BYTES);
  return place;
}

/** The internal id in a place. */
export function internalOf(place: Buffer): Buffer {
  return place.subarray(TIME_BYTES);
}

/** Packs the weight of a posting. A document of the greatest size has fewer occurrences than fit. */
export function packWeight(occurrences: number, lengthCode: number): number {
  return Math.min(occurrences, MAX_OCCURRENCES) * 256 + lengthCode;
}

export function occurrencesOf(weight: number): number {
  return weight >>> 8;
}

export function lengthCodeOf(weight: number): number {
  return weight & 0xff;
}

/** How many postings a list has. */
export function countOf(list: Uint8Array): number {
  return list.length / POSTING_BYTES;
}

/** The place of the document of a posting. */
export function placeAt(list: Buffer, position: number): Buffer {
  return list.subarray(position * POSTING_BYTES, position * POSTING_BYTES + PLACE_BYTES);
}

/** The position of the first posting whose place is not below `place`. */
export function findPosition(list: Buffer, place: Uint8Array): number {
  let low = 0;
  let high = countOf(list);
  while (low < high) {
    const middle = (low + high) >> 1;
    const start = middle * POSTING_BYTES;
    if (list.compare(place, 0, PLACE_BYTES, start, start + PLACE_BYTES) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The list with a posting added, or changed if there is one for the same document. */
export function withPosting(list: Buffer, place: Uint8Array, weight: number): Buffer {
  const position = findPosition(list, place);
  const start = position * POSTING_BYTES;
  const replaces = hasPlaceAt(list, position, place);
  const result = Buffer.allocUnsafe(list.length + (replaces ? 0 : POSTING_BYTES));
  list.copy(result, 0, 0, start);
  result.set(place, start);
  result.writeUInt32BE(weight, start + PLACE_BYTES);
  list.copy(result, start + POSTING_BYTES, replaces ? start + POSTING_BYTES : start);
  return result;
}

/** The list without the posting of a document; the same list if there is none. */
export function withoutPosting(list: Buffer, place: Uint8Array): Buffer {
  const position = findPosition(list, place);
  if (!hasPlaceAt(list, position, place)) return list;
  const start = position * POSTING_BYTES;
  return Buffer.concat([list.subarray(0, start), list.subarray(start + POSTING_BYTES)]);
}

function hasPlaceAt(list: Buffer, position: number, place: Uint8Array): boolean {
  return position < countOf(list) && placeAt(list, position).equals(place);
}
