import { paginationOptsValidator } from "convex/server";
import { v } from "convex/values";
import { mutation, query } from "./builders";

export const insert = mutation({
  args: { tag: v.string(), value: v.optional(v.any()), rank: v.optional(v.number()) },
  returns: v.id("items"),
  handler: (ctx, args) => ctx.db.insert("items", args),
});

export const insertMany = mutation({
  args: { tag: v.string(), values: v.array(v.any()) },
  handler: async (ctx, { tag, values }) => {
    const ids = [];
    for (const [rank, value] of values.entries()) ids.push(await ctx.db.insert("items", { tag, value, rank }));
    return ids;
  },
});

export const get = query({ args: { id: v.id("items") }, handler: (ctx, { id }) => ctx.db.get(id) });

export const patch = mutation({
  args: { id: v.id("items"), fields: v.any() },
  handler: async (ctx, { id, fields }) => {
    await ctx.db.patch(id, fields as object);
  },
});

/** A patch with `undefined`, which cannot be sent as an argument. */
export const clearValue = mutation({
  args: { id: v.id("items") },
  handler: async (ctx, { id }) => {
    await ctx.db.patch(id, { value: undefined });
  },
});

export const replace = mutation({
  args: { id: v.id("items"), fields: v.any() },
  handler: async (ctx, { id, fields }) => {
    await ctx.db.replace(id, fields as { tag: string });
  },
});

export const remove = mutation({
  args: { id: v.id("items") },
  handler: async (ctx, { id }) => {
    await ctx.db.delete(id);
  },
});

export const inOrder = query({
  args: { tag: v.string(), order: v.union(v.literal("asc"), v.literal("desc")) },
  handler: async (ctx, { tag, order }) => {
    const rows = ctx.db.query("items").withIndex("by_tag_and_value", (q) => q.eq("tag", tag));
    return (await rows.order(order).collect()).map((row) => row.rank);
  },
});

/** Ranks of the rows whose value is in the range. */
export const inRange = query({
  args: {
    tag: v.string(),
    above: v.optional(v.any()),
    from: v.optional(v.any()),
    below: v.optional(v.any()),
    to: v.optional(v.any()),
  },
  handler: async (ctx, { tag, ...bounds }) => {
    const rows = ctx.db.query("items").withIndex("by_tag_and_value", (q) => {
      const all = q.eq("tag", tag);
      const lower =
        "above" in bounds ? all.gt("value", bounds.above) : "from" in bounds ? all.gte("value", bounds.from) : all;
      return "below" in bounds
        ? lower.lt("value", bounds.below)
        : "to" in bounds
          ? lower.lte("value", bounds.to)
          : lower;
    });
    return (await rows.collect()).map((row) => row.rank);
  },
});

export const equalTo = query({
  args: { tag: v.string(), value: v.any() },
  handler: async (ctx, { tag, value }) => {
    const rows = ctx.db.query("items").withIndex("by_tag_and_value", (q) => q.eq("tag", tag).eq("value", value));
    return (await rows.collect()).map((row) => row.rank);
  },
});

export const withoutValue = query({
  args: { tag: v.string() },
  handler: async (ctx, { tag }) => {
    const rows = ctx.db.query("items").withIndex("by_tag_and_value", (q) => q.eq("tag", tag).eq("value", undefined));
    return (await rows.collect()).map((row) => row.rank);
  },
});

export const byNestedName = query({
  args: { tag: v.string(), name: v.string() },
  handler: async (ctx, { tag, name }) => {
    const rows = ctx.db.query("items").withIndex("by_nested", (q) => q.eq("tag", tag).eq("value.inner.name", name));
    return (await rows.collect()).map((row) => row.rank);
  },
});

export const byRank = query({
  args: { tag: v.string(), rank: v.number() },
  handler: async (ctx, { tag, rank }) => {
    const rows = ctx.db.query("items").withIndex("by_tag_and_rank_and_value", (q) => q.eq("tag", tag).eq("rank", rank));
    return (await rows.collect()).map((row) => row.value as unknown);
  },
});

export const filtered = query({
  args: { tag: v.string(), operator: v.string(), operand: v.any() },
  handler: async (ctx, { tag, operator, operand }) => {
    const rows = ctx.db
      .query("items")
      .withIndex("by_tag", (q) => q.eq("tag", tag))
      .filter((q) => {
        const value = q.field("value");
        if (operator === "eq") return q.eq(value, operand);
        if (operator === "neq") return q.neq(value, operand);
        if (operator === "lt") return q.lt(value, operand);
        if (operator === "gte") return q.gte(value, operand);
        if (operator === "even") return q.eq(q.mod(value as never, 2 as never), 0 as never);
        return q.or(q.eq(value, operand), q.not(q.gt(value, 0)), q.and(q.gt(value, 5), q.lt(value, 7)));
      });
    return (await rows.collect()).map((row) => row.rank);
  },
});

export const readers = query({
  args: { tag: v.string() },
  handler: async (ctx, { tag }) => {
    const rows = () => ctx.db.query("items").withIndex("by_tag", (q) => q.eq("tag", tag));
    const iterated = [];
    for await (const row of rows().order("desc")) iterated.push(row.rank);
    const unique = await rows()
      .unique()
      .then(
        (row) => row?.rank ?? null,
        (error: Error) => error.message.includes("unique() query returned more than one result"),
      );
    return {
      first: (await rows().first())?.rank ?? null,
      taken: (await rows().take(2)).map((row) => row.rank),
      collected: (await rows().collect()).length,
      iterated,
      unique,
    };
  },
});

export const page = query({
  args: { tag: v.string(), paginationOpts: paginationOptsValidator },
  handler: async (ctx, { tag, paginationOpts }) => {
    const rows = ctx.db.query("items").withIndex("by_tag_and_rank_and_value", (q) => q.eq("tag", tag));
    const result = await rows.paginate(paginationOpts);
    return { ...result, page: result.page.map((row) => row.rank) };
  },
});

export const filteredPage = query({
  args: { tag: v.string(), above: v.number(), paginationOpts: paginationOptsValidator },
  handler: async (ctx, { tag, above, paginationOpts }) => {
    const rows = ctx.db
      .query("items")
      .withIndex("by_tag_and_rank_and_value", (q) => q.eq("tag", tag))
      .filter((q) => q.gt(q.field("rank"), above));
    const result = await rows.paginate(paginationOpts);
    return { ...result, page: result.page.map((row) => row.rank) };
  },
});

export const normalize = query({
  args: { id: v.string() },
  handler: (ctx, { id }) => ({ items: ctx.db.normalizeId("items", id), people: ctx.db.normalizeId("people", id) }),
});

export const twoPagings = query({
  args: { tag: v.string() },
  handler: async (ctx, { tag }) => {
    const rows = () => ctx.db.query("items").withIndex("by_tag", (q) => q.eq("tag", tag));
    await rows().paginate({ numItems: 1, cursor: null });
    await rows().paginate({ numItems: 1, cursor: null });
  },
});

/** Ids by rank. */
export const ids = query({
  args: { tag: v.string() },
  handler: async (ctx, { tag }) => {
    const rows = ctx.db.query("items").withIndex("by_tag_and_rank_and_value", (q) => q.eq("tag", tag));
    return (await rows.collect()).map((row) => row._id);
  },
});
