import type { MutationCtx } from "../functions.ts";

/**
 * Lets work of one kind happen one after the other within a transaction: a tick steps many runs side by side, and what reads a row
 * that another step is about to change would undo that change. Work must not ask for more of its own kind.
 */
export function createSerial(): <Result>(ctx: MutationCtx, work: () => Promise<Result>) => Promise<Result> {
  const last = new WeakMap<object, Promise<unknown>>();
  return async (ctx, work) => {
    const own = (last.get(ctx.db) ?? Promise.resolve()).then(work, work);
    last.set(ctx.db, own);
    return await own;
  };
}
