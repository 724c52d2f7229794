import { afterEach, describe, expect, it } from "vitest";
import { TempStore } from "../../test/support/tempStore.ts";
import { MAX_INLINE } from "./bodies.ts";
import { DOCUMENTS } from "./store.ts";

const temp = new TempStore();
afterEach(() => temp.dispose());

const key = (number: number) => Uint8Array.of(number);
const documentOf = (length: number) => JSON.stringify({ text: "x".repeat(length) });

describe("long documents", () => {
  it("are read like short ones, change places with them, and leave nothing behind", () => {
    const { store } = temp;
    const bodies = () => store.database.prepare("SELECT count(*) FROM bodies").get<[number]>()![0];
    const [short, long, longer] = [documentOf(1), documentOf(MAX_INLINE), documentOf(100_000)];
    store.write(() => {
      for (const [number, json] of [short, long, longer].entries()) store.putDocument(key(number), json);
      store.putIndexEntry(5, key(9), key(2));
    });
    expect(bodies()).toBe(2);
    expect(store.getDocument(key(2))).toBe(longer);
    expect(store.scan(DOCUMENTS, key(0), key(9), "asc", 9).map(([, json]) => json)).toEqual([short, long, longer]);
    expect(store.scan(5, key(0), key(10), "desc", 9).map(([, json]) => json)).toEqual([longer]);
    expect(store.committed().getDocument(key(1))).toBe(long);

    store.write(() => {
      store.putDocument(key(0), longer);
      store.putDocument(key(1), short);
      store.putDocument(key(2), long);
    });
    expect(store.scan(DOCUMENTS, key(0), key(9), "asc", 9).map(([, json]) => json)).toEqual([longer, short, long]);
    expect(bodies()).toBe(2);

    store.write(() => [0, 1, 2].forEach((number) => store.removeDocument(key(number))));
    expect([store.getDocument(key(0)), bodies()]).toEqual([null, 0]);
  });
});
