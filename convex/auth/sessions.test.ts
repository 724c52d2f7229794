import { beforeEach, expect, it, vi } from "vitest";
import { internal } from "../_generated/api.js";
import { createBackend, createOwner, type Backend } from "../test.support.ts";
import { deleteExpiredSessions } from "./sessions.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
let t: Backend;

beforeEach(() => {
  t = createBackend();
});

/** A session with refresh tokens that end so many days from now. */
async function addSession(endsInDays: number, tokensEndInDays: number[]): Promise<void> {
  const { userId } = await createOwner(t);
  await t.run(async (ctx) => {
    const at = (days: number) => Date.now() + days * DAY_MS;
    const sessionId = await ctx.db.insert("authSessions", { userId, expirationTime: at(endsInDays) });
    for (const days of tokensEndInDays) {
      await ctx.db.insert("authRefreshTokens", { sessionId, expirationTime: at(days) });
    }
  });
}

const left = () =>
  t.run(async (ctx) => ({
    sessions: (await ctx.db.query("authSessions").collect()).length,
    tokens: (await ctx.db.query("authRefreshTokens").collect()).length,
  }));

it("deletes what has expired and keeps what has not", async () => {
  await addSession(10, [-1, 10]);
  await addSession(-1, [-2, 5]);
  await addSession(20, []);
  await t.mutation(internal.auth.internal.cleanSessions, {});
  expect(await left()).toEqual({ sessions: 2, tokens: 1 });
});

it("never leaves a token without its session, however small the batch", async () => {
  await addSession(-1, [5, 5, 5, 5]);
  await addSession(-1, [-1, -1, 5]);
  const deleted: number[] = [];
  for (let round = 0; round < 20; round++) {
    const count = await t.run((ctx) => deleteExpiredSessions(ctx, 2));
    if (count === 0) break;
    deleted.push(count);
    await t.run(async (ctx) => {
      for (const token of await ctx.db.query("authRefreshTokens").collect()) {
        expect(await ctx.db.get("authSessions", token.sessionId)).not.toBeNull();
      }
    });
  }
  expect(await left()).toEqual({ sessions: 0, tokens: 0 });
  expect(Math.max(...deleted)).toBeLessThanOrEqual(2);
});

it("goes on with the next batch by itself", async () => {
  vi.useFakeTimers();
  try {
    await addSession(-1, Array<number>(600).fill(-1));
    await t.mutation(internal.auth.internal.cleanSessions, {});
    await t.finishAllScheduledFunctions(vi.runAllTimers);
    expect(await left()).toEqual({ sessions: 0, tokens: 0 });
  } finally {
    vi.useRealTimers();
  }
});
