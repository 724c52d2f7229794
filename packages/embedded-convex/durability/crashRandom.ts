/** Chance that a seed repeats: when and how the crash test kills, and what its clients do. */
export interface Chance {
  /** An integer, `low` and `high` included. */
  integer(low: number, high: number): number;
  /** One of the given things. */
  pick<Thing>(things: readonly Thing[]): Thing;
}

/** The same numbers for the same seed (splitmix32). */
export function chanceOf(seed: number): Chance {
  let state = seed | 0;
  const next = (): number => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
  const integer = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1));
  return { integer, pick: (things) => things[integer(0, things.length - 1)]! };
}
