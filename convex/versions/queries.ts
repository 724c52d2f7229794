import { v } from "convex/values";
import { orgQuery } from "../functions.ts";
import { paginated, paginationOptsValidator } from "../lib/pagination.ts";
import * as model from "./model.ts";
import { versionSummaryValidator, versionValidator } from "./validators.ts";

export const listVersions = orgQuery({
  permission: "scenario:read",
  args: { scenarioId: v.string(), paginationOpts: paginationOptsValidator },
  returns: paginated(versionSummaryValidator),
  handler: (ctx, args) => model.listVersions(ctx, args),
});

export const getVersion = orgQuery({
  permission: "scenario:read",
  args: { scenarioId: v.string(), number: v.number() },
  returns: v.union(v.null(), versionValidator),
  handler: (ctx, args) => model.getVersion(ctx, args),
});
