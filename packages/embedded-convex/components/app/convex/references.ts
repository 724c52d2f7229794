import type { onCompleteValidator } from "@convex-dev/action-retrier";
import { makeFunctionReference } from "convex/server";
import type { Infer } from "convex/values";

type Job = { tag: string; text: string };

/** What `_generated/api` would export as `internal`, as far as it is used. */
export const internal = {
  jobs: {
    record: makeFunctionReference<"mutation", Job, null>("jobs:record"),
    countEvents: makeFunctionReference<"query", Job, number>("jobs:countEvents"),
    work: makeFunctionReference<"action", Job & { ms: number }, string>("jobs:work"),
    flaky: makeFunctionReference<"action", Job & { failures: number }, string>("jobs:flaky"),
    bump: makeFunctionReference<"mutation", { tag: string }, number>("jobs:bump"),
    finished: makeFunctionReference("jobs:finished") as never,
  },
  background: { retried: makeFunctionReference<"mutation", Infer<typeof onCompleteValidator>>("background:retried") },
  flows: {
    inner: makeFunctionReference("flows:inner") as never,
    finished: makeFunctionReference("flows:finished") as never,
  },
};
