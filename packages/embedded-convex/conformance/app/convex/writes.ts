import { mutationGeneric, queryGeneric } from "convex/server";
import { v } from "convex/values";

/** Reading and writing of single documents, in all three forms that `ctx.db` has. */

interface Table {
  get(id: string): Promise<Record<string, unknown> | null>;
  insert(value: object): Promise<string>;
  patch(id: string, value: object): Promise<void>;
  replace(id: string, value: object): Promise<void>;
  delete(id: string): Promise<void>;
  query(): { withIndex(name: string, range: (q: never) => unknown): { collect(): Promise<unknown[]> } };
}
interface Database {
  table(name: string): Table;
  get(...args: unknown[]): Promise<Record<string, unknown> | null>;
  insert(table: string, value: unknown): Promise<string>;
  patch(...args: unknown[]): Promise<void>;
  replace(...args: unknown[]): Promise<void>;
  delete(...args: unknown[]): Promise<void>;
  normalizeId(table: string, id: string): string | null;
  system: Omit<Database, "system">;
  query(table: string): { collect(): Promise<{ _id: string }[]> };
  vars: { commitTs: unknown };
}
const databaseOf = (ctx: { db: unknown }) => ctx.db as Database;

/** The life of a document by each form; what every step has left behind. */
export const life = mutationGeneric({
  args: { tag: v.string(), form: v.union(v.literal("id"), v.literal("table first"), v.literal("scoped")) },
  handler: async (ctx, { tag, form }) => {
    const db = databaseOf(ctx);
    const scoped = db.table("items");
    const before = form === "table first" ? ["items"] : [];
    const id = await (form === "scoped" ? scoped.insert({ tag, value: 1 }) : db.insert("items", { tag, value: 1 }));
    const show = async () => {
      const found = await (form === "scoped" ? scoped.get(id) : db.get(...before, id));
      return found && { tag: found.tag === tag, value: found.value ?? null, rank: found.rank ?? null };
    };
    const seen = [await show()];
    await (form === "scoped" ? scoped.patch(id, { rank: 2 }) : db.patch(...before, id, { rank: 2 }));
    seen.push(await show());
    await (form === "scoped" ? scoped.patch(id, { rank: undefined }) : db.patch(...before, id, { rank: undefined }));
    seen.push(await show());
    await (form === "scoped" ? scoped.replace(id, { tag, rank: 3 }) : db.replace(...before, id, { tag, rank: 3 }));
    seen.push(await show());
    await (form === "scoped" ? scoped.delete(id) : db.delete(...before, id));
    seen.push(await show());
    return seen;
  },
});

/** What is refused, by name; `id` is of `items`. */
export const refusals = mutationGeneric({
  args: { tag: v.string() },
  handler: async (ctx, { tag }) => {
    const db = databaseOf(ctx);
    const id = await db.insert("items", { tag });
    const gone = await db.insert("items", { tag });
    await db.delete(gone);
    const messages: Record<string, string> = {};
    const attempts: Record<string, () => Promise<unknown>> = {
      "get of no id": () => db.get("nonsense"),
      "get of a long id": () => db.get("x".repeat(32)),
      "get by another table": () => db.get("people", id),
      "get of nothing": () => db.get(undefined),
      "patch by another table": () => db.patch("people", id, {}),
      "delete by another table": () => db.delete("people", id),
      "patch of no id": () => db.patch("nonsense", {}),
      "patch of a deleted document": () => db.patch(gone, { rank: 1 }),
      "replace of a deleted document": () => db.replace(gone, { tag }),
      "delete of a deleted document": () => db.delete(gone),
      "patch of _id": () => db.patch(id, { _id: gone }),
      "patch of _creationTime": () => db.patch(id, { _creationTime: 1 }),
      "replace of _id": () => db.replace(id, { tag, _id: gone }),
      "insert with an underscore": () => db.insert("free", { tag, _private: 1 }),
      "insert into a system table": () => db.insert("_storage", { tag }),
      "insert of text": () => db.insert("free", "text"),
      "insert of a list": () => db.insert("free", []),
      "insert of nothing": () => db.insert("free", undefined),
      "insert into a table without a name": () => db.insert("", { tag }),
      "insert into a table with a bad name": () => db.insert("no-table", { tag }),
      "insert of a function": () => db.insert("free", { tag, value: () => 1 }),
      "insert of undefined in a list": () => db.insert("free", { tag, value: [undefined] }),
      "insert of a date": () => db.insert("free", { tag, value: new Date(0) }),
      "insert of a large integer": () => db.insert("free", { tag, value: 2n ** 63n }),
      "insert of a $ field": () => db.insert("free", { tag, $value: 1 }),
      "insert of a non-ASCII field": () => db.insert("free", { tag, é: 1 }),
    };
    for (const [name, attempt] of Object.entries(attempts)) {
      messages[name] = await attempt().then(
        () => "nothing",
        (error: Error) => error.message.replaceAll(id, "<id>").replaceAll(gone, "<gone>"),
      );
    }
    return messages;
  },
});

/** System fields that are equal to the document's own may be written. */
export const sameSystemFields = mutationGeneric({
  args: { tag: v.string() },
  handler: async (ctx, { tag }) => {
    const db = databaseOf(ctx);
    const id = await db.insert("items", { tag, value: 1 });
    const document = (await db.get(id))!;
    await db.patch(id, { ...document, value: 2 });
    const patched = (await db.get(id))!;
    await db.replace(id, { ...patched, value: 3 });
    const replaced = (await db.get(id))!;
    const same = (other: Record<string, unknown>) =>
      other._id === document._id && other._creationTime === document._creationTime;
    return [patched.value, same(patched), replaced.value, same(replaced)];
  },
});

/** Undefined fields and undefined inside of values. */
export const undefinedFields = mutationGeneric({
  args: { tag: v.string() },
  handler: async (ctx, { tag }) => {
    const db = databaseOf(ctx);
    const id = await db.insert("items", { tag, value: { a: undefined, b: 1 }, rank: undefined });
    const inserted = (await db.get(id))!;
    await db.patch(id, { value: { c: undefined } });
    const patched = (await db.get(id))!;
    return [Object.keys(inserted).sort(), inserted.value, patched.value];
  },
});

export const readSystem = queryGeneric({
  args: { storageId: v.id("_storage"), itemId: v.string() },
  handler: async (ctx, { storageId, itemId }) => {
    const { system } = databaseOf(ctx);
    const stored = await system.get("_storage", storageId);
    const message = (error: Error) => error.message;
    return {
      byTable: stored?._id === storageId,
      byId: (await system.get(storageId))?._id === storageId,
      scoped: (await system.table("_storage").get(storageId))?._id === storageId,
      listed: (await system.query("_storage").collect()).some(({ _id }) => _id === storageId),
      normalized: system.normalizeId("_storage", storageId) === storageId,
      notNormalized: system.normalizeId("_scheduled_functions", storageId),
      userTable: await system.get(itemId).then(String, message),
      systemTable: await databaseOf(ctx).get(storageId).then(String, message),
    };
  },
});

/** The commit timestamp: a placeholder while the mutation runs, an int64 afterwards. */
export const writeCommitTs = mutationGeneric({
  args: { tag: v.string() },
  handler: async (ctx, { tag }) => {
    const db = databaseOf(ctx);
    return await db.insert("stamped", { tag, at: db.vars.commitTs, inside: { list: [db.vars.commitTs] } });
  },
});

export const readCommitTs = queryGeneric({
  args: { id: v.id("stamped") },
  handler: async (ctx, { id }) => {
    const document = await ctx.db.get(id);
    const snapshot = (ctx as unknown as { meta: { getSnapshotTs(): bigint } }).meta.getSnapshotTs();
    return { at: document?.at, inside: document?.inside, isPast: (document?.at as bigint) <= snapshot };
  },
});

export const byCommitTs = queryGeneric({
  args: { tag: v.string() },
  handler: async (ctx, { tag }) => {
    const rows = await ctx.db
      .query("stamped")
      .withIndex("by_tag_and_at", (q) => q.eq("tag", tag))
      .collect();
    return rows.map((row) => row._id as string);
  },
});

/** A document whose fields were written in another order than the alphabet's. */
export const fieldOrder = mutationGeneric({
  args: { tag: v.string() },
  handler: async (ctx, { tag }) => {
    const db = databaseOf(ctx);
    const id = await db.insert("free", { tag, b: 1, a: { d: 1, c: 2 }, Z: 3 });
    const document = (await db.get(id))!;
    return [Object.keys(document), Object.keys(document.a as object)];
  },
});
