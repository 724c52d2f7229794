import { makeFunctionReference, type PaginationOptions, type PaginationResult } from "convex/server";

/** Functions of `app/convex/crash.ts`. */
export type Then = null | "mutation" | "action";
export const record = makeFunctionReference<"mutation", { client: string; token: string; then: Then }, string>(
  "crash:record",
);
export const count = makeFunctionReference<"query", { client: string }, number>("crash:count");
export const page = makeFunctionReference<
  "query",
  { table: string; paginationOpts: PaginationOptions },
  PaginationResult<Record<string, unknown>>
>("crash:page");
export const jobs = makeFunctionReference<
  "query",
  { paginationOpts: PaginationOptions },
  PaginationResult<{ name: string; token: string; state: string }>
>("crash:jobs");
