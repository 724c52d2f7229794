import { v } from "convex/values";
import { personValidator } from "../organizations/people.ts";
import { issueValidator } from "../scenarios/definition.ts";
import { changesValidator, versionStateValidator } from "./tables.ts";

const summaryFields = {
  number: v.number(),
  state: versionStateValidator,
  label: v.union(v.string(), v.null()),
  note: v.union(v.string(), v.null()),
  restoredFrom: v.union(v.number(), v.null()),
  contentHash: v.string(),
  createdAt: v.number(),
  createdBy: personValidator,
  changes: changesValidator,
  /** Runs of it that have not ended; counted up to 100. */
  liveRuns: v.number(),
};

export const versionSummaryValidator = v.object(summaryFields);
export const versionValidator = v.object({ ...summaryFields, definition: v.string() });

export const publishResultValidator = v.union(
  v.object({ kind: v.literal("ok"), number: v.number() }),
  v.object({ kind: v.literal("unchanged"), number: v.number() }),
  v.object({ kind: v.literal("invalid"), issues: v.array(issueValidator) }),
  v.object({ kind: v.literal("conflict"), revision: v.number() }),
  v.object({ kind: v.literal("version_limit") }),
);

export const rollbackResultValidator = v.union(
  v.object({ kind: v.literal("ok"), number: v.number(), draftDiffers: v.boolean() }),
  v.object({ kind: v.literal("current") }),
  v.object({ kind: v.literal("archived") }),
  v.object({ kind: v.literal("version_limit") }),
);
