import { v } from "convex/values";
import { orgQuery } from "../functions.ts";
import { getOwned } from "../lib/ids.ts";
import { paginated, paginationOptsValidator } from "../lib/pagination.ts";
import { personValidator } from "../organizations/people.ts";
import { runStateValidator } from "../runs/tables.ts";
import { getCallables as loadCallables, listCallers as callersOf, searchCallables as search } from "./calls.ts";
import { countScenarios as count, listScenarios as list, scenarioFilterValidator } from "./listing.ts";
import { describeScenario } from "./model.ts";

/** By whom it is paused: alone, or with the whole organization. */
const pauseValidator = v.union(v.literal("scenario"), v.literal("organization"), v.null());

const listItemValidator = v.object({
  id: v.id("scenarios"),
  name: v.string(),
  description: v.string(),
  enabled: v.boolean(),
  paused: pauseValidator,
  publishedVersion: v.union(v.number(), v.null()),
  hasDraftChanges: v.boolean(),
  nodeTypes: v.array(v.string()),
  /** The newest last. */
  recentRuns: v.array(
    v.object({
      id: v.id("runs"),
      state: runStateValidator,
      startedAt: v.number(),
      durationMs: v.union(v.number(), v.null()),
    }),
  ),
  lastRun: v.union(
    v.null(),
    v.object({
      id: v.id("runs"),
      state: runStateValidator,
      startedAt: v.number(),
      endedAt: v.union(v.number(), v.null()),
      operationCount: v.number(),
      error: v.optional(v.string()),
    }),
  ),
  updatedAt: v.number(),
  archivedAt: v.union(v.number(), v.null()),
  updatedBy: v.union(personValidator, v.null()),
});

export const listScenarios = orgQuery({
  permission: "scenario:read",
  args: {
    paginationOpts: paginationOptsValidator,
    search: v.optional(v.string()),
    filter: v.optional(scenarioFilterValidator),
  },
  returns: paginated(listItemValidator),
  handler: (ctx, args) => list(ctx, { ...args, filter: args.filter ?? "all" }),
});

export const countScenarios = orgQuery({
  permission: "scenario:read",
  args: {},
  returns: v.object({ all: v.number(), on: v.number(), off: v.number(), archived: v.number() }),
  handler: (ctx) => count(ctx),
});

export const getScenario = orgQuery({
  permission: "scenario:read",
  args: { scenarioId: v.string() },
  returns: v.union(
    v.null(),
    v.object({
      id: v.id("scenarios"),
      name: v.string(),
      description: v.string(),
      enabled: v.boolean(),
      paused: pauseValidator,
      publishedVersion: v.union(v.number(), v.null()),
      /** The number that the next publish or rollback will have. */
      nextVersion: v.number(),
      /** What starts runs of the published version. */
      publishedTrigger: v.union(
        v.literal("webhook"),
        v.literal("schedule"),
        v.literal("polling"),
        v.literal("manual"),
        v.literal("call"),
        v.null(),
      ),
      nextRunAt: v.union(v.number(), v.null()),
      webhookUrl: v.union(v.string(), v.null()),
      nodeHighWaterMark: v.number(),
      createdAt: v.number(),
      updatedAt: v.number(),
      archivedAt: v.union(v.number(), v.null()),
    }),
  ),
  handler: async (ctx, args) => {
    const { organizationId } = ctx.actor;
    const scenario = await getOwned(ctx, "scenarios", { organizationId, id: args.scenarioId });
    return scenario === null ? null : await describeScenario(ctx, scenario);
  },
});

/** Scenarios that a node may call, for choosing one. */
export const searchCallables = orgQuery({
  permission: "scenario:read",
  args: { search: v.string() },
  returns: v.array(
    v.object({ id: v.id("scenarios"), name: v.string(), description: v.string(), enabled: v.boolean() }),
  ),
  handler: (ctx, args) => search(ctx, args),
});

/** What is known of scenarios that a definition calls; ids of others are left out. */
export const getCallables = orgQuery({
  permission: "scenario:read",
  args: { scenarioId: v.string(), ids: v.array(v.string()) },
  returns: v.array(
    v.object({
      id: v.string(),
      name: v.string(),
      status: v.union(
        v.literal("ready"),
        v.literal("off"),
        v.literal("unpublished"),
        v.literal("otherTrigger"),
        v.literal("deleted"),
      ),
      inputs: v.array(
        v.object({
          name: v.string(),
          type: v.union(
            v.literal("text"),
            v.literal("number"),
            v.literal("boolean"),
            v.literal("date"),
            v.literal("list"),
            v.literal("object"),
          ),
          required: v.boolean(),
          description: v.string(),
        }),
      ),
      outputs: v.array(v.string()),
      recursion: v.optional(v.array(v.string())),
    }),
  ),
  handler: (ctx, args) => loadCallables(ctx, args),
});

/** Scenarios whose published versions call this one. */
export const listCallers = orgQuery({
  permission: "scenario:read",
  args: { scenarioId: v.string() },
  returns: v.array(v.object({ id: v.id("scenarios"), name: v.string(), enabled: v.boolean() })),
  handler: (ctx, args) => callersOf(ctx, args),
});
