import { describe, expect, it } from "vitest";
import { ambientHost, runInContext, type CallContext } from "./context.ts";

function context(transaction: object | null): CallContext {
  return { transaction: transaction === null ? null : { transaction } } as unknown as CallContext;
}

/** Whether what waits for `promise` has gone on when everything that is ready has. */
async function goesOn(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  const settle = () => void (settled = true);
  void promise.then(settle, settle);
  await new Promise((resolve) => setImmediate(resolve));
  return settled;
}

describe("whileRunning", () => {
  const { whileRunning } = ambientHost();

  it.each([
    ["fulfilled", () => Promise.resolve(1)],
    ["rejected", () => Promise.reject(new Error("no"))],
  ])("leaves what waits for a %s promise behind when the query has ended", async (_state, make) => {
    const transaction = { ended: false };
    expect(await goesOn(runInContext(context(transaction), () => whileRunning(make())))).toBe(true);
    const late = runInContext(context(transaction), () => whileRunning(make()));
    transaction.ended = true;
    expect(await goesOn(late)).toBe(false);
  });

  it("changes nothing in actions, and where no function runs", async () => {
    const promise = Promise.resolve(1);
    expect(runInContext(context(null), () => whileRunning(promise))).toBe(promise);
    expect(whileRunning(promise)).toBe(promise);
  });
});
