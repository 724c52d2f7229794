import {
  actionGeneric,
  anyApi,
  createFunctionHandle,
  filterApi,
  type FunctionHandle,
  getFunctionAddress,
  getFunctionName,
  makeFunctionReference,
  mutationGeneric,
  queryGeneric,
} from "convex/server";
import { v } from "convex/values";

/** Functions named in every way, and called by it. */

const addRow = makeFunctionReference<"mutation", { tag: string; value: string; fail: boolean }, null>("nested:addRow");
const readRows = makeFunctionReference<"query", { tag: string }, string[]>("nested:readRows");
const double = makeFunctionReference<"action", { number: number }, number>("forms:double");

export const names = queryGeneric({
  handler: () => ({
    reference: getFunctionName(addRow),
    api: getFunctionName(anyApi.nested!.addRow as typeof addRow),
    filtered: getFunctionName(filterApi<typeof anyApi, typeof readRows>(anyApi).nested!.readRows as typeof readRows),
    address: getFunctionAddress(addRow),
  }),
});

/** A handle made in one call and used in later ones. */
export const make = mutationGeneric({ handler: () => createFunctionHandle(addRow) });
export const makeInAction = actionGeneric({
  handler: async () => [await createFunctionHandle(readRows), await createFunctionHandle(double)],
});
export const makeMissing = mutationGeneric({
  handler: () => createFunctionHandle(makeFunctionReference<"query">("handles:missing")),
});

type AddRow = FunctionHandle<"mutation", { tag: string; value: string; fail: boolean }, null>;

export const use = mutationGeneric({
  args: { tag: v.string(), handle: v.string() },
  handler: async (ctx, { tag, handle }): Promise<string[]> => {
    await ctx.runMutation(handle as AddRow, { tag, value: "by handle", fail: false });
    await ctx.runMutation(addRow, { tag, value: "by reference", fail: false });
    await ctx.runMutation(anyApi.nested!.addRow as typeof addRow, { tag, value: "by api", fail: false });
    const read = await createFunctionHandle(readRows);
    return await ctx.runQuery(read as unknown as typeof readRows, { tag });
  },
});

export const schedule = mutationGeneric({
  args: { tag: v.string(), handle: v.string() },
  handler: async (ctx, { tag, handle }) => {
    await ctx.scheduler.runAfter(0, handle as AddRow, { tag, value: "scheduled by handle", fail: false });
  },
});

export const useInAction = actionGeneric({
  args: { tag: v.string(), handle: v.string() },
  handler: async (ctx, { tag, handle }): Promise<[string[], number]> => {
    await ctx.runMutation(handle as AddRow, { tag, value: "by action", fail: false });
    const twice = await createFunctionHandle(double);
    return [
      await ctx.runQuery(readRows, { tag }),
      await ctx.runAction(twice as unknown as typeof double, { number: 4 }),
    ];
  },
});

/** Nested queries and mutations at once: one after the other, each whole. */
export const together = mutationGeneric({
  args: { tag: v.string() },
  handler: async (ctx, { tag }): Promise<[string[], string[]]> => {
    const values = ["a", "b", "c", "d"];
    const outcomes = await Promise.allSettled(
      values.map((value) => ctx.runMutation(addRow, { tag, value, fail: value === "b" })),
    );
    return [outcomes.map(({ status }) => status), await ctx.runQuery(readRows, { tag })];
  },
});

/** A query that calls a query. */
export const queryInQuery = queryGeneric({
  args: { tag: v.string() },
  handler: (ctx, { tag }) => ctx.runQuery(readRows, { tag }),
});

/** Wrong arguments of a nested call are refused before it runs. */
export const wrongArguments = mutationGeneric({
  args: { tag: v.string() },
  handler: async (ctx, { tag }) => {
    const message = await ctx
      .runMutation(addRow, { tag, value: 1 as unknown as string, fail: false })
      .then(String, (error: Error) => error.message);
    const missing = await ctx
      .runQuery(makeFunctionReference<"query">("handles:missing"), {})
      .then(String, (error: Error) => error.message);
    const kind = await ctx
      .runQuery(addRow as unknown as typeof readRows, { tag })
      .then(String, (error: Error) => error.message);
    return { message, missing, kind, rows: await ctx.runQuery(readRows, { tag }) };
  },
});

/** A nested mutation whose result is refused: what it wrote stays, as the backend looks at the result afterwards. */
export const wrongResult = mutationGeneric({
  args: { tag: v.string() },
  handler: async (ctx, { tag }) => {
    const refused = await ctx
      .runMutation(makeFunctionReference<"mutation">("validators:writesAndGivesWrong"), { tag })
      .then(
        () => false,
        () => true,
      );
    return [refused, await ctx.runQuery(readRows, { tag })];
  },
});
