import { TableAggregate } from "@convex-dev/aggregate";
import { v } from "convex/values";
import { components, mutation, query } from "./builders";
import type { DataModel } from "./builders";

type Scores = { Namespace: string; Key: number; DataModel: DataModel; TableName: "scores" };

/** One tree per game. */
const byGame = new TableAggregate<Scores>(components.scoresByGame, {
  namespace: ({ game }) => game,
  sortKey: ({ score }) => score,
  sumValue: ({ score }) => score,
});

/** One tree for all, grouped by game and player: a hot spot. */
const all = new TableAggregate<{ Key: [string, string, number]; DataModel: DataModel; TableName: "scores" }>(
  components.allScores,
  { sortKey: ({ game, player, score }) => [game, player, score], sumValue: ({ score }) => score },
);

export const add = mutation({
  args: { game: v.string(), player: v.string(), score: v.number() },
  handler: async (ctx, score) => {
    const id = await ctx.db.insert("scores", score);
    const document = (await ctx.db.get(id))!;
    await byGame.insert(ctx, document);
    await all.insert(ctx, document);
    return id;
  },
});

export const change = mutation({
  args: { id: v.id("scores"), score: v.number() },
  handler: async (ctx, { id, score }) => {
    const before = (await ctx.db.get(id))!;
    await ctx.db.patch(id, { score });
    const after = (await ctx.db.get(id))!;
    await byGame.replace(ctx, before, after);
    await all.replace(ctx, before, after);
  },
});

export const remove = mutation({
  args: { id: v.id("scores") },
  handler: async (ctx, { id }) => {
    const document = (await ctx.db.get(id))!;
    await ctx.db.delete(id);
    await byGame.delete(ctx, document);
    await all.delete(ctx, document);
  },
});

/** Adds to one tree, then fails: neither the row nor the trees may keep anything. */
export const addAndFail = mutation({
  args: { game: v.string() },
  handler: async (ctx, { game }) => {
    const id = await ctx.db.insert("scores", { game, player: "nobody", score: 1 });
    await byGame.insert(ctx, (await ctx.db.get(id))!);
    throw new Error("not added");
  },
});

export const summary = query({
  args: { game: v.string() },
  handler: async (ctx, { game }) => {
    const namespace = { namespace: game };
    const [count, sum, min, max] = await Promise.all([
      byGame.count(ctx, namespace),
      byGame.sum(ctx, namespace),
      byGame.min(ctx, namespace),
      byGame.max(ctx, namespace),
    ]);
    const inAll = await all.count(ctx, { bounds: { prefix: [game] } });
    return { count, sum, min: min?.key ?? null, max: max?.key ?? null, inAll };
  },
});

/** How many are below a score, and the score at a rank (0: the highest). */
export const rank = query({
  args: { game: v.string(), score: v.number(), at: v.number() },
  handler: async (ctx, { game, score, at }) => ({
    below: await byGame.count(ctx, { namespace: game, bounds: { upper: { key: score, inclusive: false } } }),
    fromTop: await byGame.indexOf(ctx, score, { namespace: game, order: "desc" }),
    atRank: (await byGame.at(ctx, -1 - at, { namespace: game })).key,
  }),
});

export const ofPlayer = query({
  args: { game: v.string(), player: v.string() },
  handler: async (ctx, { game, player }) => ({
    count: await all.count(ctx, { bounds: { prefix: [game, player] } }),
    best: (await all.max(ctx, { bounds: { prefix: [game, player] } }))?.key[2] ?? null,
  }),
});

/** The same figures counted row by row. */
export const counted = query({
  args: { game: v.string() },
  handler: async (ctx, { game }) => {
    const rows = await ctx.db
      .query("scores")
      .withIndex("by_game", (q) => q.eq("game", game))
      .collect();
    const scores = rows.map(({ score }) => score);
    return { count: scores.length, sum: scores.reduce((sum, score) => sum + score, 0), inAll: scores.length };
  },
});
