import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { type IntervalHandle, IntervalIndex } from "./intervalIndex.ts";

const key = fc.uint8Array({ minLength: 0, maxLength: 2, max: 5 }).map((bytes) => Buffer.from(bytes));

function contains({ low, high }: { low: Buffer; high: Buffer }, at: Buffer): boolean {
  return low.compare(at) <= 0 && at.compare(high) < 0;
}

describe("IntervalIndex", () => {
  it("finds exactly the intervals that contain a key, whatever was added and removed before", () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant("add" as const), low: key, high: key }),
      fc.record({ kind: fc.constant("remove" as const), at: fc.nat(30) }),
    );
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 60 }),
        fc.array(key, { minLength: 1, maxLength: 10 }),
        (steps, probes) => {
          const index = new IntervalIndex<number>();
          const kept: { owner: number; low: Buffer; high: Buffer; handle: IntervalHandle }[] = [];
          let owner = 0;
          for (const action of steps) {
            if (action.kind === "add") {
              kept.push({
                owner,
                low: action.low,
                high: action.high,
                handle: index.add(action.low, action.high, owner),
              });
              owner++;
            } else if (kept.length > 0) {
              const [removed] = kept.splice(action.at % kept.length, 1);
              index.remove(removed!.handle);
            }
          }
          expect(index.size).toBe(kept.length);
          for (const probe of probes) {
            const found: number[] = [];
            index.forEachContaining(probe, (hit) => found.push(hit));
            const expected = kept.filter((interval) => contains(interval, probe)).map((interval) => interval.owner);
            expect(found.sort((a, b) => a - b)).toEqual(expected.sort((a, b) => a - b));
          }
        },
      ),
    );
  });

  it("does not look at all intervals", () => {
    const index = new IntervalIndex<number>();
    const counted = (value: number): Buffer => {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(value);
      return bytes;
    };
    for (let owner = 0; owner < 20_000; owner++) index.add(counted(owner), counted(owner + 1), owner);
    const compare = vi.spyOn(Buffer, "compare");
    const found: number[] = [];
    index.forEachContaining(counted(12_345), (owner) => found.push(owner));
    const compared = compare.mock.calls.length;
    compare.mockRestore();
    expect(found).toEqual([12_345]);
    expect(compared).toBeLessThan(300);
  });
});
