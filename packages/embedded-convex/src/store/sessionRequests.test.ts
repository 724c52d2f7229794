import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { TempStore } from "../../test/support/tempStore.ts";
import { Statement } from "./sqlite.ts";

let temp: TempStore;

beforeEach(() => {
  temp = new TempStore();
});
afterEach(() => {
  vi.restoreAllMocks();
  temp.dispose();
});

const DAY_MS = 24 * 60 * 60 * 1000;

function add(session: string, from: number, to: number, step = 1): void {
  temp.write(({ store }) => {
    for (let request = from; request <= to; request += step)
      store.requests.add(session, request, { ts: BigInt(request), value: `${request}` });
  });
}

const has = (session: string, request: number) => temp.store.requests.find(session, request) !== null;

it("remembers at least the last thousand answers of a session, and hardly more", () => {
  add("a", 1, 5000);
  add("b", 1, 10);
  expect(temp.store.requests.find("a", 5000)).toEqual({ ts: 5000n, value: "5000" });
  expect(has("a", 4001)).toBe(true);
  expect(has("a", 3900)).toBe(false);
  expect(has("b", 1)).toBe(true);
  // Not every request has an answer that is kept.
  add("c", 1, 5001, 2);
  expect(has("c", 4003)).toBe(true);
  expect(has("c", 3899)).toBe(false);
});

it("forgets in portions: a statement for each answer, and few more", () => {
  add("a", 1, 2000);
  const run = vi.spyOn(Statement.prototype, "run");
  add("a", 2001, 3000);
  // Besides those of the transaction itself.
  expect(run.mock.calls.length).toBeLessThan(1000 + 20);
});

it("forgets sessions that have been quiet for a day", () => {
  add("old", 1, 3);
  temp.nowMs += DAY_MS - 1;
  add("new", 1, 3);
  temp.nowMs += 2;
  expect(temp.write(({ store }) => store.requests.prune())).toBe(1);
  expect(has("old", 3)).toBe(false);
  expect(has("new", 3)).toBe(true);
});
