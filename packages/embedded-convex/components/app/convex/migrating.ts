import { Migrations } from "@convex-dev/migrations";
import { makeFunctionReference } from "convex/server";
import type { MigrationFunctionReference } from "@convex-dev/migrations";
import { v } from "convex/values";
import { components, internalMutation, mutation, query } from "./builders";
import type { DataModel } from "./builders";

const migrations = new Migrations<DataModel>(components.migrations, { internalMutation });

const reference = (name: string) =>
  makeFunctionReference<"mutation">(`migrating:${name}`) as unknown as MigrationFunctionReference;

export const run = migrations.runner();

export const fillFullName = migrations.define({
  table: "people",
  batchSize: 10,
  migrateOne: (_ctx, person) => (person.fullName === undefined ? { fullName: `${person.name} of ${person.tag}` } : {}),
});

/** Fails at one document, until that is repaired. */
export const shout = migrations.define({
  table: "people",
  batchSize: 5,
  migrateOne: async (ctx, person) => {
    if (person.name === "unlucky") throw new Error("this one cannot be migrated");
    await ctx.db.patch(person._id, { name: person.name.toUpperCase() });
  },
});

export const removeAll = migrations.define({
  table: "people",
  batchSize: 20,
  migrateOne: (ctx, person) => ctx.db.delete(person._id),
});

export const startAll = mutation({
  args: { names: v.array(v.string()) },
  handler: async (ctx, { names }) => {
    await migrations.runSerially(ctx, names.map(reference));
  },
});

export const startOne = mutation({
  args: { name: v.string(), batchSize: v.optional(v.number()), dryRun: v.optional(v.boolean()) },
  handler: (ctx, { name, ...options }) => migrations.runOne(ctx, reference(name), options),
});

export const status = query({
  args: { name: v.string() },
  handler: async (ctx, { name }) => (await migrations.getStatus(ctx, { migrations: [reference(name)] }))[0] ?? null,
});

export const cancel = mutation({
  args: { name: v.string() },
  handler: (ctx, { name }) => migrations.cancel(ctx, reference(name)),
});

export const addPeople = mutation({
  args: { tag: v.string(), names: v.array(v.string()) },
  handler: async (ctx, { tag, names }) => {
    for (const name of names) await ctx.db.insert("people", { tag, name });
  },
});

export const rename = mutation({
  args: { from: v.string(), to: v.string() },
  handler: async (ctx, { from, to }) => {
    for await (const person of ctx.db.query("people"))
      if (person.name === from) await ctx.db.patch(person._id, { name: to });
  },
});

export const people = query({ args: {}, handler: (ctx) => ctx.db.query("people").collect() });
