import {
  actionGeneric,
  componentsGeneric,
  internalQueryGeneric,
  makeFunctionReference,
  mutationGeneric,
  paginationOptsValidator,
  queryGeneric,
} from "convex/server";
import { v } from "convex/values";

const components = componentsGeneric();

export const add = mutationGeneric({
  args: { notes: v.array(v.any()) },
  returns: v.array(v.id("notes")),
  handler: (ctx, { notes }) => Promise.all(notes.map((note) => ctx.db.insert("notes", note as { text: string }))),
});

export const addAuthor = mutationGeneric({
  args: { name: v.string() },
  handler: (ctx, { name }) => ctx.db.insert("authors", { name }),
});

export const remove = mutationGeneric({
  args: { id: v.id("notes") },
  handler: (ctx, { id }) => ctx.db.delete(id),
});

/** Everything that is in the deployment, by all the ways to read it. */
export const everything = queryGeneric({
  args: {},
  handler: async (ctx) => ({
    notes: await ctx.db.query("notes").collect(),
    newestFirst: (await ctx.db.query("notes").order("desc").collect()).map(({ _id }) => _id),
    byRank: (await ctx.db.query("notes").withIndex("by_rank").collect()).map(({ _id }) => _id),
    byText: (await ctx.db.query("notes").withIndex("by_text").order("desc").collect()).map(({ _id }) => _id),
    byId: (await ctx.db.query("notes").withIndex("by_id").collect()).map(({ _id }) => _id),
    authors: await ctx.db.query("authors").collect(),
    files: await ctx.db.system.query("_storage").collect(),
    marks: (await ctx.runQuery(components.tally!.marks!.list, {})) as unknown[],
  }),
});

export const count = queryGeneric({
  args: {},
  handler: async (ctx) => (await ctx.db.query("notes").collect()).length,
});

export const ofRank = queryGeneric({
  args: { rank: v.number() },
  handler: async (ctx, { rank }) => {
    const notes = ctx.db.query("notes").withIndex("by_rank", (q) => q.eq("rank", rank));
    return (await notes.collect()).map(({ text }) => text as string);
  },
});

export const createdSince = queryGeneric({
  args: { time: v.number() },
  handler: async (ctx, { time }) => {
    const notes = ctx.db.query("notes").withIndex("by_creation_time", (q) => q.gte("_creationTime", time));
    return (await notes.collect()).map(({ text }) => text as string);
  },
});

export const search = queryGeneric({
  args: { words: v.string() },
  handler: async (ctx, { words }) => {
    const found = ctx.db.query("notes").withSearchIndex("by_words", (q) => q.search("text", words));
    return (await found.collect()).map(({ text }) => text as string);
  },
});

/** The ids of the two notes that are nearest to a place. */
export const near = actionGeneric({
  args: { place: v.array(v.float64()) },
  handler: async (ctx, { place }) =>
    (await ctx.vectorSearch("notes", "by_place", { vector: place, limit: 2 })).map(({ _id }) => _id as string),
});

export const page = queryGeneric({
  args: { paginationOpts: paginationOptsValidator },
  handler: async (ctx, { paginationOpts }) => {
    const found = await ctx.db.query("notes").paginate(paginationOpts);
    return { ...found, page: found.page.map(({ text }) => text as string) };
  },
});

/** Follows a note's references. */
export const follow = queryGeneric({
  args: { id: v.id("notes") },
  handler: async (ctx, { id }) => {
    const note = await ctx.db.get(id);
    if (note === null) return null;
    const { text, parent, author, file } = note as { text: string; parent?: string; author?: string; file?: string };
    return {
      text,
      parent: parent === undefined ? null : ((await ctx.db.get(parent as never)) as { text: string } | null)?.text,
      author: author === undefined ? null : ((await ctx.db.get(author as never)) as { name: string } | null)?.name,
      url: file === undefined ? null : await ctx.storage.getUrl(file as never),
    };
  },
});

export const mark = mutationGeneric({
  args: { name: v.string() },
  handler: (ctx, { name }) => ctx.runMutation(components.tally!.marks!.add, { name }),
});

export const keepMark = actionGeneric({
  args: { text: v.string() },
  handler: (ctx, { text }) => ctx.runAction(components.tally!.marks!.keep, { text }),
});

export const store = actionGeneric({
  args: { text: v.string() },
  handler: (ctx, { text }) => ctx.storage.store(new Blob([text], { type: "text/plain" })),
});

export const forget = mutationGeneric({
  args: { id: v.id("_storage") },
  handler: (ctx, { id }) => ctx.storage.delete(id),
});

export const load = actionGeneric({
  args: { id: v.id("_storage") },
  handler: async (ctx, { id }) => (await ctx.storage.get(id))?.text() ?? null,
});

export const whoami = queryGeneric({
  args: {},
  handler: async (ctx) => (await ctx.auth.getUserIdentity())?.name ?? null,
});

export const say = mutationGeneric({
  args: { text: v.string() },
  handler: (_ctx, { text }) => {
    console.log(text);
    return null;
  },
});

/** Never ends by itself. */
export const loop = mutationGeneric({
  args: {},
  handler: () => {
    for (;;);
  },
});

export const secret = internalQueryGeneric({
  args: {},
  handler: () => "only for administrators",
});

export const later = mutationGeneric({
  args: {},
  handler: (ctx) => ctx.scheduler.runAfter(3_600_000, makeFunctionReference<"mutation">("notes:say"), { text: "late" }),
});
