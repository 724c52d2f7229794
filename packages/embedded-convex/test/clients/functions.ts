/** References to the functions of the app. */
import { makeFunctionReference } from "convex/server";

export const add = makeFunctionReference<"mutation", { tag: string; rank: number; text?: string }, number>("notes:add");
export const ranks = makeFunctionReference<"query", { tag: string }, number[]>("notes:ranks");
export const count = makeFunctionReference<"query", { tag: string }, number>("notes:count");
export const costlyCount = makeFunctionReference<"query", { tag: string }, { count: number }>("notes:costlyCount");
export const big = makeFunctionReference<"query", { tag: string; length: number }, { rows: number; text: string }>(
  "notes:big",
);
export const lengthOf = makeFunctionReference<"mutation", { text: string }, number>("notes:lengthOf");
export const asksWho = makeFunctionReference<"query", { tag: string }, string | null>("notes:asksWho");
export const asksNobody = makeFunctionReference<"query", { tag: string }, string>("notes:asksNobody");
export const whoIs = makeFunctionReference<"action", Record<string, never>, string | null>("notes:whoIs");
