import { statSync } from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { TempStore } from "../../test/support/tempStore.ts";

const MB = 1024 * 1024;
let temp: TempStore;

beforeEach(() => {
  temp = new TempStore();
});
afterEach(() => temp.dispose());

function logMb(): number {
  return statSync(path.join(temp.folder, "convex.sqlite-wal")).size / MB;
}

it("stays bounded through a long burst of writes, however much is written", () => {
  const body = "x".repeat(20_000);
  let largest = 0;
  let written = 0;
  for (let commit = 0; written < 60 * MB; commit++) {
    temp.write((transaction) => {
      const table = transaction.catalog.ensureTable("", "rows");
      for (let row = 0; row < 20; row++) transaction.insert(table, { commit, body });
    });
    written += 20 * body.length;
    largest = Math.max(largest, logMb());
  }
  expect(largest).toBeLessThan(20);
});

it("shrinks again after a transaction that was larger than the log may be", () => {
  const body = "x".repeat(500_000);
  const insert = (rows: number) => {
    for (let row = 0; row < rows; row++) temp.store.putDocument(Buffer.from(`${rows} ${row}`.padEnd(20)), body);
  };
  temp.store.write(() => insert(160));
  expect(logMb()).toBeGreaterThan(70);
  temp.store.write(() => insert(2));
  temp.store.write(() => insert(1));
  expect(logMb()).toBeLessThan(65);
});
