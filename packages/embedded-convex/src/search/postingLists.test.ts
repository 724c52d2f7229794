import fc from "fast-check";
import { afterEach, beforeEach, expect, it } from "vitest";
import { TempStore } from "../../test/support/tempStore.ts";
import { PostingCursor } from "./postingCursor.ts";
import { PostingLists } from "./postingLists.ts";
import { countOf, placeOf } from "./postings.ts";

let temp: TempStore;
let lists: PostingLists;
const TERM = Buffer.from("\0word");

beforeEach(() => {
  temp = new TempStore();
  lists = new PostingLists(temp.store.database);
});
afterEach(() => temp.dispose());

/** The n-th document; several have the same creation time, and ids that tell nothing of it, as imported ones may. */
function place(n: number): Buffer {
  const internal = Buffer.alloc(16, 255 - (n % 256));
  internal.writeUInt32BE(n, 12);
  return placeOf(1000 + Math.floor(n / 3), internal);
}

function cursor(): PostingCursor | null {
  const entry = lists.term(1, TERM);
  return entry === null ? null : new PostingCursor(lists, 1, TERM, entry);
}

function contents(): [place: string, weight: number][] {
  const found: [string, number][] = [];
  for (const at = cursor(); at !== null && !at.atEnd; at.next())
    found.push([at.current.place.toString("hex"), at.weight]);
  return found;
}

it("keep their order and their counts, in whatever order documents come and go", () => {
  const step = fc.record({ n: fc.nat(1500), weight: fc.integer({ min: 0, max: 2 ** 32 - 1 }), remove: fc.boolean() });
  const run = fc.record({ from: fc.nat(1500), length: fc.nat(400), remove: fc.boolean() });
  fc.assert(
    fc.property(
      fc.array(run, { maxLength: 6 }),
      fc.array(step, { maxLength: 100 }),
      fc.array(fc.nat(1600)),
      (runs, steps, jumps) => {
        const model = new Map<string, number>();
        temp.store.write(() => {
          for (const n of model.keys()) lists.remove(1, TERM, Buffer.from(n, "hex"));
          const apply = (n: number, weight: number, remove: boolean): void => {
            const at = place(n);
            if (remove) {
              lists.remove(1, TERM, at);
              model.delete(at.toString("hex"));
            } else {
              lists.put(1, TERM, at, weight);
              model.set(at.toString("hex"), weight);
            }
          };
          for (const { from, length, remove } of runs)
            for (let n = from; n < from + length; n++) apply(n, n * 7, remove);
          for (const { n, weight, remove } of steps) apply(n, weight, remove);
        });
        const expected = [...model].sort(([left], [right]) => (left < right ? 1 : -1));
        expect(contents()).toEqual(expected);
        expect(lists.term(1, TERM)?.documents ?? 0).toBe(expected.length);

        const jumping = cursor();
        let limit = "g";
        for (const n of jumps.sort((a, b) => b - a)) {
          if (jumping === null) break;
          const target = place(n);
          jumping.skipTo(target);
          limit = target.toString("hex") < limit ? target.toString("hex") : limit;
          const next = expected.find(([hex]) => hex <= limit);
          expect(jumping.atEnd ? undefined : jumping.current.place.toString("hex")).toBe(next?.[0]);
        }
        temp.store.write(() => {
          for (const [hex] of expected) lists.remove(1, TERM, Buffer.from(hex, "hex"));
        });
        expect(lists.term(1, TERM)).toBeNull();
        expect(temp.store.database.prepare("SELECT count(*) FROM search_blocks").get()).toEqual([0]);
      },
    ),
    { numRuns: 40 },
  );
});

it("write few bytes again with each document, and keep blocks within a page", () => {
  temp.store.write(() => {
    for (let n = 0; n < 5000; n++) lists.put(1, TERM, place(n), 1);
  });
  expect(countOf(lists.term(1, TERM)!.tail)).toBeLessThanOrEqual(32);
  const sizes = temp.store.database
    .prepare("SELECT length(data) FROM search_blocks")
    .all<[number]>()
    .map(([bytes]) => bytes);
  expect(Math.max(...sizes)).toBeLessThan(4096);
  expect(sizes.length).toBeLessThan(5000 / 100);
});
