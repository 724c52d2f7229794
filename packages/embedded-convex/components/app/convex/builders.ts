import {
  actionGeneric,
  componentsGeneric,
  internalActionGeneric,
  internalMutationGeneric,
  internalQueryGeneric,
  mutationGeneric,
  queryGeneric,
} from "convex/server";
import type {
  ActionBuilder,
  DataModelFromSchemaDefinition,
  GenericMutationCtx,
  GenericQueryCtx,
  MutationBuilder,
  QueryBuilder,
} from "convex/server";
import type { ComponentApi as ActionRetrierApi } from "@convex-dev/action-retrier/_generated/component.js";
import type { ComponentApi as AggregateApi } from "@convex-dev/aggregate/_generated/component.js";
import type { ComponentApi as CronsApi } from "@convex-dev/crons/_generated/component.js";
import type { ComponentApi as MigrationsApi } from "@convex-dev/migrations/_generated/component.js";
import type { ComponentApi as RateLimiterApi } from "@convex-dev/rate-limiter/_generated/component.js";
import type { ComponentApi as ShardedCounterApi } from "@convex-dev/sharded-counter/_generated/component.js";
import type { ComponentApi as WorkflowApi } from "@convex-dev/workflow/_generated/component.js";
import type { ComponentApi as WorkpoolApi } from "@convex-dev/workpool/_generated/component.js";
import type schema from "./schema";

/** What `_generated/server` and `_generated/api` would export: the app type checks without generated files. */
export type DataModel = DataModelFromSchemaDefinition<typeof schema>;
export type QueryCtx = GenericQueryCtx<DataModel>;
export type MutationCtx = GenericMutationCtx<DataModel>;

export const query = queryGeneric as QueryBuilder<DataModel, "public">;
export const mutation = mutationGeneric as MutationBuilder<DataModel, "public">;
export const action = actionGeneric as ActionBuilder<DataModel, "public">;
export const internalQuery = internalQueryGeneric as QueryBuilder<DataModel, "internal">;
export const internalMutation = internalMutationGeneric as MutationBuilder<DataModel, "internal">;
export const internalAction = internalActionGeneric as ActionBuilder<DataModel, "internal">;

export const components = componentsGeneric() as unknown as {
  rateLimiter: RateLimiterApi<"rateLimiter">;
  migrations: MigrationsApi<"migrations">;
  pool: WorkpoolApi<"pool">;
  serialPool: WorkpoolApi<"serialPool">;
  scoresByGame: AggregateApi<"scoresByGame">;
  allScores: AggregateApi<"allScores">;
  shardedCounter: ShardedCounterApi<"shardedCounter">;
  workflow: WorkflowApi<"workflow">;
  actionRetrier: ActionRetrierApi<"actionRetrier">;
  crons: CronsApi<"crons">;
};
