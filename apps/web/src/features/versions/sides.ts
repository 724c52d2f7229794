import type { Side } from "./useComparison.ts";

interface Known {
  published: number | null;
  draftDiffers: boolean;
  /** Versions known so far, newest first, at least one. */
  numbers: readonly number[];
}

/**
 * Which two are compared: what the person picked, else the live version with the draft where that differs, else the two
 * newest versions (of a single version: it with the draft).
 */
export function sidesToCompare(picked: { a?: Side; b?: Side }, known: Known): { a: Side; b: Side } {
  const [newest, second] = known.numbers as [number, ...number[]];
  const current = known.published ?? newest;
  const byDefault: { a: Side; b: Side } =
    known.draftDiffers || second === undefined ? { a: current, b: "draft" } : { a: second, b: newest };
  return { a: picked.a ?? byDefault.a, b: picked.b ?? byDefault.b };
}
