import { runInNewContext } from "node:vm";
import { beforeEach, expect, it } from "vitest";
import { IdleCollector } from "./idleCollector.ts";

const MB = 1024 * 1024;
let busy = 0;
let heapMb = 20;
let neededMb = 20;
let collections = 0;
let collector: IdleCollector;

beforeEach(() => {
  busy = 0;
  heapMb = neededMb = 20;
  collections = 0;
  collector = new IdleCollector({
    busyShare: () => busy,
    heapBytes: () => heapMb * MB,
    collect: () => {
      collections++;
      heapMb = neededMb;
    },
  });
  collector.check();
});

it("collects once after load, when the thread has come to rest", () => {
  busy = 0.8;
  heapMb = 150;
  collector.check();
  expect(collections).toBe(0);
  busy = 0.001;
  collector.check();
  collector.check();
  expect(collections).toBe(1);
  expect(heapMb).toBe(20);
});

it("leaves a thread alone that has hardly grown", () => {
  heapMb = 40;
  collector.check();
  expect(collections).toBe(0);
});

it("does not collect again and again what is needed", () => {
  heapMb = 150;
  neededMb = 120;
  for (let check = 0; check < 5; check++) collector.check();
  expect(collections).toBe(1);
  heapMb = 150;
  collector.check();
  expect(collections).toBe(2);
});

it("does not give the means of collecting to contexts that are made later", () => {
  const real = new IdleCollector();
  real.check();
  expect(runInNewContext("typeof gc")).toBe("undefined");
});
