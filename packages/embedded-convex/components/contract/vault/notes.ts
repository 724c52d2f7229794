import { ConvexError, v } from "convex/values";
import { components } from "./_generated/api.js";
import { mutation, query } from "./_generated/server.js";

const failure = v.optional(v.union(v.literal("error"), v.literal("data")));

export const add = mutation({
  args: { tag: v.string(), text: v.string(), fail: failure },
  returns: v.string(),
  handler: async (ctx, { tag, text, fail }) => {
    const id = await ctx.db.insert("notes", { tag, text });
    if (fail === "error") throw new Error("the vault failed");
    if (fail === "data") throw new ConvexError({ refused: text });
    return id;
  },
});

/** Writes here and in the component inside; the inner failure may be caught. */
export const addBoth = mutation({
  args: { tag: v.string(), text: v.string(), failInside: v.boolean(), catchInside: v.boolean() },
  returns: v.null(),
  handler: async (ctx, { tag, text, failInside, catchInside }) => {
    await ctx.db.insert("notes", { tag, text: `${text} before` });
    try {
      await ctx.runMutation(components.ledger.entries.add, { tag, text, fail: failInside });
    } catch (error) {
      if (!catchInside) throw error;
      await ctx.db.insert("notes", {
        tag,
        text: `${text} caught ${JSON.stringify((error as ConvexError<never>).data)}`,
      });
    }
    return null;
  },
});

export const addAndLeave = mutation({
  args: { tag: v.string() },
  returns: v.null(),
  handler: async (ctx, { tag }) => {
    void ctx.runMutation(components.ledger.entries.add, { tag, text: "must vanish" });
    void ctx.db.insert("notes", { tag, text: "must vanish" });
    throw new Error("the vault failed");
  },
});

export const list = query({
  args: { tag: v.string() },
  returns: v.array(v.string()),
  handler: async (ctx, { tag }) => {
    const rows = ctx.db.query("notes").withIndex("by_tag", (q) => q.eq("tag", tag));
    return (await rows.collect()).map(({ text }) => text);
  },
});

/** Not possible in a component. */
export const page = query({
  args: { cursor: v.union(v.string(), v.null()) },
  handler: (ctx, { cursor }) => ctx.db.query("notes").paginate({ cursor, numItems: 10 }),
});

export const entries = query({
  args: { tag: v.string() },
  returns: v.array(v.string()),
  handler: (ctx, { tag }): Promise<string[]> => ctx.runQuery(components.ledger.entries.list, { tag }),
});

/** Ids cross the border as texts: this one may belong to somebody else. */
export const change = mutation({
  args: { id: v.string(), how: v.union(v.literal("patch"), v.literal("replace"), v.literal("delete")) },
  returns: v.null(),
  handler: async (ctx, { id, how }) => {
    if (how === "patch") await ctx.db.patch(id as never, { text: "changed" });
    else if (how === "replace") await ctx.db.replace(id as never, { tag: "x", text: "changed" });
    else await ctx.db.delete(id as never);
    return null;
  },
});

export const get = query({
  args: { id: v.string() },
  handler: async (ctx, { id }) => ({
    found: await ctx.db.get(id as never),
    normalized: ctx.db.normalizeId("notes", id),
  }),
});

/** Takes an id of its own table only. */
export const check = query({ args: { id: v.id("notes") }, returns: v.null(), handler: () => null });

export const insertMany = mutation({
  args: { tag: v.string(), count: v.number() },
  returns: v.null(),
  handler: async (ctx, { tag, count }) => {
    for (let index = 0; index < count; index++) await ctx.db.insert("notes", { tag, text: String(index) });
    return null;
  },
});
