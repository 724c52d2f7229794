import { makeFunctionReference, paginationOptsValidator } from "convex/server";
import { v } from "convex/values";
import { action, internalMutation, mutation, query } from "./builders";

/** Notes are named by their texts (or what stands for them) in all answers. */
const note = v.object({
  text: v.optional(v.any()),
  channel: v.optional(v.any()),
  meta: v.optional(v.any()),
  vector: v.optional(v.array(v.number())),
});

export const add = mutation({
  args: { tag: v.string(), notes: v.array(note) },
  handler: async (ctx, { tag, notes }) => {
    const ids: string[] = [];
    for (const fields of notes) ids.push(await ctx.db.insert("notes", { tag, ...fields }));
    return ids;
  },
});

/** Many notes with the same text, for limits. */
export const addMany = mutation({
  args: { tag: v.string(), text: v.string(), count: v.number() },
  handler: async (ctx, { tag, text, count }) => {
    for (let n = 0; n < count; n++) await ctx.db.insert("notes", { tag, text, channel: n });
  },
});

export const replace = mutation({
  args: { id: v.id("notes"), tag: v.string(), fields: note },
  handler: (ctx, { id, tag, fields }) => ctx.db.replace(id, { tag, ...fields }),
});

export const remove = mutation({ args: { id: v.id("notes") }, handler: (ctx, { id }) => ctx.db.delete(id) });

const filters = { tag: v.string(), text: v.string(), channel: v.optional(v.any()) };

/** Texts of the notes of a case, in the order of the search. */
export const find = query({
  args: filters,
  handler: async (ctx, { tag, text, channel }) => {
    const found = await ctx.db
      .query("notes")
      .withSearchIndex("search_text", (q) => {
        const all = q.search("text", text).eq("tag", tag);
        return channel === undefined ? all : all.eq("channel", channel);
      })
      .collect();
    return found.map((row) => row.text as string);
  },
});

export const findWithoutChannel = query({
  args: { tag: v.string(), text: v.string() },
  handler: async (ctx, { tag, text }) => {
    const found = await ctx.db
      .query("notes")
      .withSearchIndex("search_text", (q) => q.search("text", text).eq("tag", tag).eq("channel", undefined))
      .collect();
    return found.map((row) => row.text as string);
  },
});

export const findTitle = query({
  args: { tag: v.string(), text: v.string() },
  handler: async (ctx, { tag, text }) => {
    const found = await ctx.db
      .query("notes")
      .withSearchIndex("search_title", (q) => q.search("meta.title", text).eq("tag", tag))
      .collect();
    return found.map((row) => row.meta?.title ?? "");
  },
});

export const forms = query({
  args: { tag: v.string(), text: v.string(), channel: v.any() },
  handler: async (ctx, { tag, text, channel }) => {
    const search = () =>
      ctx.db.query("notes").withSearchIndex("search_text", (q) => q.search("text", text).eq("tag", tag));
    const filtered = () => search().filter((q) => q.eq(q.field("channel"), channel));
    const seen: string[] = [];
    for await (const row of filtered()) seen.push(row.text as string);
    return {
      seen,
      first: ((await filtered().first())?.text as string | undefined) ?? null,
      taken: (await filtered().take(2)).length,
      limited: (await search().take(3)).length,
      unique: await filtered()
        .unique()
        .then(
          (row) => row?.text as string,
          (error: unknown) => `failed: ${String(error).includes("more than one")}`,
        ),
    };
  },
});

export const page = query({
  args: { tag: v.string(), text: v.string(), paginationOpts: paginationOptsValidator },
  handler: async (ctx, { tag, text, paginationOpts }) => {
    const result = await ctx.db
      .query("notes")
      .withSearchIndex("search_text", (q) => q.search("text", text).eq("tag", tag))
      .paginate(paginationOpts);
    return { ...result, page: result.page.map((row) => row.text as string) };
  },
});

export const count = query({
  args: { tag: v.string(), text: v.string(), limit: v.optional(v.number()) },
  handler: async (ctx, { tag, text, limit }) => {
    const search = ctx.db.query("notes").withSearchIndex("search_text", (q) => q.search("text", text).eq("tag", tag));
    return (limit === undefined ? await search.collect() : await search.take(limit)).length;
  },
});

interface UntypedSearch {
  search(field: string, text: string): UntypedSearch;
  eq(field: string, value: number): UntypedSearch;
}

interface UntypedQuery {
  withSearchIndex(name: string, build: (q: UntypedSearch) => UntypedSearch): { collect(): Promise<object[]> };
  withIndex(name: string): { collect(): Promise<object[]> };
}

/** Searches that do not fit the index; types would not allow them. */
export const misuse = query({
  args: { kind: v.string() },
  handler: async (ctx, { kind }) => {
    const notes = ctx.db.query("notes") as unknown as UntypedQuery;
    const search = (index: string, build: (q: UntypedSearch) => UntypedSearch) =>
      notes.withSearchIndex(index, build).collect();
    switch (kind) {
      case "another field":
        return search("search_text", (q) => q.search("tag", "x"));
      case "two searches":
        return search("search_text", (q) => q.search("text", "x").search("text", "y"));
      case "no search":
        return search("search_text", (q) => q);
      case "foreign filter":
        return search("search_text", (q) => q.search("text", "x").eq("vector", 1));
      case "nine filters":
        return search("search_text", (q) => {
          let all = q.search("text", "x");
          for (let n = 0; n < 9; n++) all = all.eq("channel", n);
          return all;
        });
      case "unknown index":
        return search("nope", (q) => q.search("text", "x"));
      case "database index":
        return search("by_tag", (q) => q.search("text", "x"));
      default:
        return notes.withIndex("search_text").collect();
    }
  },
});

const addNestedReference = makeFunctionReference<"mutation", { tag: string; text: string; fails: boolean }, null>(
  "search:addNested",
);

export const addNested = internalMutation({
  args: { tag: v.string(), text: v.string(), fails: v.boolean() },
  handler: async (ctx, { tag, text, fails }) => {
    await ctx.db.insert("notes", { tag, text });
    if (fails) throw new Error("rolled back");
    return null;
  },
});

/** What a mutation finds of what it has just written, in itself and in calls that fail and succeed. */
export const findOwn = mutation({
  args: { tag: v.string() },
  handler: async (ctx, { tag }) => {
    const found = async () => {
      const search = ctx.db
        .query("notes")
        .withSearchIndex("search_text", (q) => q.search("text", "own").eq("tag", tag));
      return (await search.collect()).map((row) => row.text as string).sort();
    };
    const id = await ctx.db.insert("notes", { tag, text: "own first" });
    const afterInsert = await found();
    await ctx.runMutation(addNestedReference, { tag, text: "own failed", fails: true }).catch(() => null);
    const afterFailure = await found();
    await ctx.runMutation(addNestedReference, { tag, text: "own second", fails: false });
    const afterSuccess = await found();
    await ctx.db.patch(id, { text: "another" });
    return { afterInsert, afterFailure, afterSuccess, afterPatch: await found() };
  },
});

/** Texts and scores of the most similar notes. */
export const similar = action({
  args: {
    tag: v.string(),
    vector: v.array(v.number()),
    limit: v.optional(v.number()),
    channels: v.optional(v.array(v.any())),
  },
  handler: async (ctx, { tag, vector, limit, channels }): Promise<{ text: string; score: number }[]> => {
    const found = await ctx.vectorSearch("notes", "by_vector", {
      vector,
      ...(limit === undefined ? {} : { limit }),
      filter: (q) =>
        channels === undefined ? q.eq("tag", tag) : q.or(...channels.map((channel) => q.eq("channel", channel))),
    });
    const texts = await ctx.runQuery(textsReference, { ids: found.map(({ _id }) => _id) });
    return found.map(({ _score }, position) => ({ text: texts[position]!, score: _score }));
  },
});

const textsReference = makeFunctionReference<"query", { ids: string[] }, string[]>("search:texts");

export const texts = query({
  args: { ids: v.array(v.id("notes")) },
  handler: (ctx, { ids }) => Promise.all(ids.map(async (id) => (await ctx.db.get(id))?.text as string)),
});

export const similarInMeta = action({
  args: { tag: v.string(), vector: v.array(v.number()) },
  handler: async (ctx, { tag, vector }) => {
    const found = await ctx.vectorSearch("notes", "by_meta_vector", { vector, filter: (q) => q.eq("tag", tag) });
    return found.map(({ _score }) => _score);
  },
});

/** Vector searches that do not fit the index. */
export const vectorMisuse = action({
  args: {
    index: v.string(),
    vector: v.array(v.number()),
    limit: v.optional(v.number()),
    field: v.optional(v.string()),
  },
  handler: async (ctx, { index, vector, limit, field }) => {
    await ctx.vectorSearch("notes", index as "by_vector", {
      vector,
      ...(limit === undefined ? {} : { limit }),
      ...(field === undefined ? {} : { filter: (q) => q.eq(field as "tag", "x") }),
    });
  },
});
