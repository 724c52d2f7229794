import { ShardedCounter } from "@convex-dev/sharded-counter";
import { v } from "convex/values";
import { components, mutation, query } from "./builders";

const counter = new ShardedCounter<string>(components.shardedCounter, { defaultShards: 8 });

export const add = mutation({
  args: { name: v.string(), amount: v.number() },
  handler: (ctx, { name, amount }) => counter.add(ctx, name, amount),
});

export const count = query({ args: { name: v.string() }, handler: (ctx, { name }) => counter.count(ctx, name) });

export const estimate = query({
  args: { name: v.string() },
  handler: (ctx, { name }) => counter.estimateCount(ctx, name, 8),
});

export const rebalance = mutation({
  args: { name: v.string() },
  handler: (ctx, { name }) => counter.rebalance(ctx, name),
});

export const reset = mutation({ args: { name: v.string() }, handler: (ctx, { name }) => counter.reset(ctx, name) });
