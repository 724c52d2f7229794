import { actionGeneric, mutationGeneric, queryGeneric } from "convex/server";
import { v } from "convex/values";

const WORDS = 20_000;
const WORDS_PER_TEXT = 15;
const DIMENSIONS = 256;
const GROUPS = 1000;

/** Words as frequent as in a language: a few are everywhere, most are rare. `word0` is in about every other text. */
function text(): string {
  return Array.from({ length: WORDS_PER_TEXT }, () => `word${Math.floor(WORDS * Math.random() ** 4)}`).join(" ");
}

function vector(): number[] {
  return Array.from({ length: DIMENSIONS }, () => Math.random() - 0.5);
}

/** `count` texts in a table, with a search index or without one. */
export const addTexts = mutationGeneric({
  args: { table: v.string(), count: v.number() },
  handler: async (ctx, { table, count }) => {
    for (let n = 0; n < count; n++) await ctx.db.insert(table, { group: n % GROUPS, text: text() });
  },
});

export const addVectors = mutationGeneric({
  args: { count: v.number() },
  handler: async (ctx, { count }) => {
    for (let n = 0; n < count; n++) await ctx.db.insert("vectors", { group: n % GROUPS, vector: vector() });
  },
});

export const find = queryGeneric({
  args: { text: v.string(), group: v.optional(v.number()) },
  handler: async (ctx, { text: words, group }) => {
    const found = await ctx.db
      .query("texts")
      .withSearchIndex("by_text", (q) => {
        const search = q.search("text", words);
        return group === undefined ? search : search.eq("group", group);
      })
      .take(10);
    return found.length;
  },
});

export const similar = actionGeneric({
  args: { group: v.optional(v.number()) },
  handler: async (ctx, { group }) => {
    const found = await ctx.vectorSearch("vectors", "by_vector", {
      vector: vector(),
      limit: 10,
      ...(group === undefined ? {} : { filter: (q) => q.eq("group", group) }),
    });
    return found.length;
  },
});
