import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";

/** Numbers that look like chance and are decided by a seed: an operation that is evaluated again draws the same. */
export interface Chance {
  /** In [0, 1), with 52 bits. */
  next(): number;
  /** A whole number in [0, below). */
  below(below: number): number;
  /** A UUID of version 4. */
  uuid(): string;
}

const BLOCK_BYTES = 32;

/** The stream is SHA-256 of the seed and a counter: without the seed, what was drawn says nothing of what comes next. */
export function createChance(seed: string): Chance {
  let block = new Uint8Array(0);
  let position = 0;
  let counter = 0;
  const take = (count: number): Uint8Array => {
    if (position + count > block.length) {
      block = sha256(utf8ToBytes(`${seed}#${counter++}`));
      position = 0;
    }
    position += count;
    return block.subarray(position - count, position);
  };
  const next = (): number => {
    const bytes = take(8);
    let number = bytes[0]! & 0x0f;
    for (let index = 1; index < 7; index++) number = number * 256 + bytes[index]!;
    return number / 2 ** 52;
  };
  return {
    next,
    below: (below) => Math.floor(next() * below),
    uuid() {
      const bytes = take(BLOCK_BYTES / 2).slice();
      bytes[6] = (bytes[6]! & 0x0f) | 0x40;
      bytes[8] = (bytes[8]! & 0x3f) | 0x80;
      const hex = bytesToHex(bytes);
      return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
    },
  };
}
