import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Receiver } from "./receiver.ts";

let receiver: Receiver;
beforeEach(async () => {
  receiver = new Receiver();
  await receiver.start();
});
afterEach(() => receiver.stop());

const post = async (body: string, method = "POST") =>
  (await fetch(`http://${receiver.address}/`, { method, ...(method === "POST" && { body }) })).status;

describe("Receiver", () => {
  it("counts ids and their repetitions", async () => {
    for (const id of ["a", "b", "a", "a"]) expect(await post(JSON.stringify({ id }))).toBe(201);
    expect(receiver.counts).toEqual({ distinct: 2, duplicates: 2, refused: 0 });
    expect([receiver.has("a"), receiver.has("c")]).toEqual([true, false]);
  });

  it("refuses an id until told otherwise, and does not count it", async () => {
    receiver.refuse("a");
    expect(await post('{"id":"a"}')).toBe(503);
    receiver.accept("a");
    expect(await post('{"id":"a"}')).toBe(201);
    expect(receiver.counts).toEqual({ distinct: 1, duplicates: 0, refused: 1 });
  });

  it.each([["nonsense"], ["null"], ['{"id":5}'], [""]])("answers 400 to %j", async (body) => {
    expect(await post(body)).toBe(400);
    expect(await post("", "GET")).toBe(400);
    expect(receiver.counts.distinct).toBe(0);
  });

  it("may be stopped twice", async () => {
    await receiver.stop();
    await receiver.stop();
  });
});
