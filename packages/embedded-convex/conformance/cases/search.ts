import { expect } from "vitest";
import type { Value } from "convex/values";
import type { Case, CaseContext } from "../driver.ts";

type Note = Record<string, Value | undefined>;

async function add({ driver, tag }: CaseContext, ...notes: (string | Note)[]): Promise<string[]> {
  const rows = notes.map((note) => (typeof note === "string" ? { text: note } : note));
  return (await driver.mutation("search:add", { tag, notes: rows as Value })) as string[];
}

async function find({ driver, tag }: CaseContext, text: string, channel?: Value): Promise<string[]> {
  return (await driver.query("search:find", { tag, text, channel })) as string[];
}

interface Page {
  page: string[];
  isDone: boolean;
  continueCursor: string;
}

async function page({ driver, tag }: CaseContext, text: string, cursor: string | null, numItems: number) {
  return (await driver.query("search:page", { tag, text, paginationOpts: { cursor, numItems } })) as unknown as Page;
}

async function similar({ driver, tag }: CaseContext, vector: number[], more: Note = {}) {
  return (await driver.action("search:similar", { tag, vector, ...more })) as unknown as {
    text: string;
    score: number;
  }[];
}

const UNRANKED =
  "convex-test gives results in the order of their insertion; the backend ranks them by relevance (BM25)";
const UNCHECKED = "convex-test does not check searches against the definition of their index";

/** Each case has words of its own: over the wire the frequency of a word is that in the documents of all cases. */
export const searchCases: readonly Case[] = [
  {
    name: "a text search finds documents with any of the words, whatever their case",
    covers: ["QueryInitializer.withSearchIndex", "SearchFilterBuilder.search", "convex/server.SearchFilter"],
    run: async (context) => {
      await add(context, "Lorem ipsum", "IPSUM dolor", "dolor sit", "amet");
      expect((await find(context, "lorem Dolor")).sort()).toEqual(["IPSUM dolor", "Lorem ipsum", "dolor sit"]);
      expect(await find(context, "consectetur")).toEqual([]);
      expect(await find(context, "")).toEqual([]);
    },
  },
  {
    name: "a text search takes the last word for the beginning of a word",
    run: async (context) => {
      await add(context, "keyboard", "keyhole", "monkey");
      expect((await find(context, "key")).sort()).toEqual(["keyboard", "keyhole"]);
    },
  },
  {
    name: "a text search takes only the last word for a beginning",
    wireOnly: "convex-test takes every word for the beginning of a word; the backend only the last one, as documented",
    run: async (context) => {
      await add(context, "window", "wind mill", "millennium");
      expect((await find(context, "wind mill")).sort()).toEqual(["millennium", "wind mill"]);
    },
  },
  {
    name: "words end where letters and numbers do",
    wireOnly: "convex-test splits texts at white space only; the backend at everything that is no letter or number",
    run: async (context) => {
      await add(context, "foo-bar_baz", "it's", "(quoted)");
      expect(await find(context, "baz")).toEqual(["foo-bar_baz"]);
      expect(await find(context, "quoted")).toEqual(["(quoted)"]);
      expect(await find(context, "foo/bar")).toEqual(["foo-bar_baz"]);
    },
  },
  {
    name: "a text search has the most relevant documents first, and of equal ones the newest",
    wireOnly: UNRANKED,
    run: async (context) => {
      const rare = `zebra${context.tag.slice(0, 8)}`;
      await add(context, "giraffe one", `giraffe ${rare}`, "giraffe two", "giraffe with a very long neck indeed", rare);
      expect(await find(context, `${rare} giraffe`)).toEqual([
        `giraffe ${rare}`,
        rare,
        "giraffe two",
        "giraffe one",
        "giraffe with a very long neck indeed",
      ]);
    },
  },
  {
    name: "a text search filters by equality, also to a missing value",
    covers: ["SearchFilterFinalizer.eq"],
    run: async (context) => {
      await add(
        context,
        { text: "filtered one", channel: "a" },
        { text: "filtered two", channel: 1 },
        { text: "filtered three", channel: 1n },
        { text: "filtered four" },
      );
      expect(await find(context, "filtered", "a")).toEqual(["filtered one"]);
      expect(await find(context, "filtered", 1)).toEqual(["filtered two"]);
      expect(await find(context, "filtered", 1n)).toEqual(["filtered three"]);
      expect(await find(context, "filtered", "b")).toEqual([]);
      const { driver, tag } = context;
      expect(await driver.query("search:findWithoutChannel", { tag, text: "filtered" })).toEqual(["filtered four"]);
    },
  },
  {
    name: "a text search reads nested fields",
    run: async (context) => {
      await add(context, { meta: { title: "Deep title" } }, { meta: { title: "Other" } });
      const { driver, tag } = context;
      expect(await driver.query("search:findTitle", { tag, text: "deep" })).toEqual(["Deep title"]);
    },
  },
  {
    name: "documents without a text are not found, and do no harm",
    wireOnly: "convex-test throws a TypeError for documents whose search field is missing or not a string",
    run: async (context) => {
      await add(context, { channel: "no text" }, { text: 5 }, { text: ["listed"] }, "listed");
      expect(await find(context, "listed")).toEqual(["listed"]);
    },
  },
  {
    name: "a text search is followed by filter, first, take, unique and iteration",
    run: async (context) => {
      const notes = [1, 2, 1, 2].map((channel, n) => ({ text: `follow ${n}`, channel }));
      await add(context, ...notes);
      const { driver, tag } = context;
      const result = (await driver.query("search:forms", { tag, text: "follow", channel: 1 })) as unknown as {
        seen: string[];
        first: string;
      };
      expect(result).toMatchObject({ taken: 2, limited: 3, unique: "failed: true" });
      expect([...result.seen].sort()).toEqual(["follow 0", "follow 2"]);
      expect(result.first).toBe(result.seen[0]);
    },
  },
  {
    name: "a text search follows updates and deletions",
    run: async (context) => {
      const { driver, tag } = context;
      const [first, second] = await add(context, "before one", "before two");
      await driver.mutation("search:replace", { id: first, tag, fields: { text: "after one" } });
      expect(await find(context, "before")).toEqual(["before two"]);
      expect(await find(context, "after")).toEqual(["after one"]);
      await driver.mutation("search:remove", { id: second });
      expect(await find(context, "before")).toEqual([]);
    },
  },
  {
    name: "a mutation finds what it has written, and nothing of a nested call that failed",
    run: async ({ driver, tag }) => {
      expect(await driver.mutation("search:findOwn", { tag })).toEqual({
        afterInsert: ["own first"],
        afterFailure: ["own first"],
        afterSuccess: ["own first", "own second"],
        afterPatch: ["own second"],
      });
    },
  },
  {
    name: "pages of a text search follow each other in the order of relevance",
    wireOnly: UNRANKED,
    run: async (context) => {
      await add(context, "paged 1", "paged 2", "paged 3", "paged 4", "paged 5 with more words");
      const first = await page(context, "paged", null, 2);
      expect([first.page, first.isDone]).toEqual([["paged 4", "paged 3"], false]);
      const second = await page(context, "paged", first.continueCursor, 2);
      expect([second.page, second.isDone]).toEqual([["paged 2", "paged 1"], false]);
      const last = await page(context, "paged", second.continueCursor, 2);
      expect([last.page, last.isDone]).toEqual([["paged 5 with more words"], true]);
      await expect(page(context, "other", first.continueCursor, 2)).rejects.toThrow(/cursor/i);
    },
  },
  {
    name: "a text search gives at most 1024 documents, and says so",
    wireOnly: "convex-test has no limit on the results of a search",
    run: async ({ driver, tag }) => {
      await driver.mutation("search:addMany", { tag, text: "plenty", count: 1030 });
      expect(await driver.query("search:count", { tag, text: "plenty", limit: 1024 })).toBe(1024);
      await expect(driver.query("search:count", { tag, text: "plenty" })).rejects.toThrow(
        "Search query scanned too many documents (fetched 1024). Consider using a smaller limit",
      );
    },
  },
  {
    name: "a text search that does not fit its index fails",
    wireOnly: UNCHECKED,
    run: async ({ driver }) => {
      const against = "Search query against notes.search_text";
      const messages = {
        "another field": `${against} contains a search filter against "tag", which doesn't match the indexed \`searchField\` "text".`,
        "two searches": `${against} contains multiple search filters against "text". Only one is allowed.`,
        "no search": `${against} does not contain any search filters.`,
        "foreign filter": `${against} contains an equality filter on "vector" but that field isn't indexed for filtering in \`filterFields\`.`,
        "nine filters": `${against} has too many filter conditions. Max: 8 Actual: 9`,
        "unknown index": "Index notes.nope not found.",
        "database index": "Index notes.by_tag is not a search index",
        "as a database index": "Index notes.search_text is not a database index",
      };
      for (const [kind, message] of Object.entries(messages)) {
        await expect(driver.query("search:misuse", { kind }), kind).rejects.toThrow(message);
      }
    },
  },
  {
    name: "a vector search finds the most similar documents first, with their cosine similarity",
    covers: ["GenericActionCtx.vectorSearch", "VectorSearchQuery.vector", "syscall 1.0/actions/vectorSearch"],
    run: async (context) => {
      await add(
        context,
        { text: "x", vector: [3, 0, 0] },
        { text: "y", vector: [0, 0.5, 0] },
        { text: "xy", vector: [1, 1, 0] },
        { text: "-x", vector: [-1, 0, 0] },
      );
      const found = await similar(context, [2, 0, 0]);
      expect(found.map(({ text }) => text)).toEqual(["x", "xy", "y", "-x"]);
      for (const [position, score] of [1, Math.SQRT1_2, 0, -1].entries())
        expect(found[position]!.score).toBeCloseTo(score, 5);
      expect((await similar(context, [0, 1, 0], { limit: 1 })).map(({ text }) => text)).toEqual(["y"]);
    },
  },
  {
    name: "a vector search filters by any of several values",
    covers: ["VectorSearchQuery.filter", "VectorFilterBuilder.*"],
    run: async (context) => {
      const channel = (name: string) => `${context.tag} ${name}`;
      await add(
        context,
        { text: "a", vector: [1, 0, 0], channel: channel("a") },
        { text: "b", vector: [1, 1, 0], channel: channel("b") },
        { text: "c", vector: [1, 1, 1], channel: channel("c") },
      );
      const texts = async (...names: string[]) =>
        (await similar(context, [1, 0, 0], { channels: names.map(channel) })).map(({ text }) => text);
      expect(await texts("a")).toEqual(["a"]);
      expect(await texts("c", "a")).toEqual(["a", "c"]);
      expect(await texts("d")).toEqual([]);
    },
  },
  {
    name: "a vector search follows what is written",
    run: async (context) => {
      const { driver, tag } = context;
      const [id] = await add(context, { text: "moving", vector: [1, 0, 0] });
      const similarity = async () => (await similar(context, [0, 0, 1])).map(({ score }) => Math.round(score));
      expect(await similarity()).toEqual([0]);
      await driver.mutation("search:replace", { id, tag, fields: { text: "moved", vector: [0, 0, 1] } });
      expect(await similarity()).toEqual([1]);
      await driver.mutation("search:remove", { id });
      expect(await similarity()).toEqual([]);
    },
  },
  {
    name: "a vector search reads nested fields, and leaves out vectors of another length",
    wireOnly: "convex-test looks for the vector in a field with the name of the path, and does not check its length",
    run: async (context) => {
      await add(context, { meta: { vector: [0, 1] } }, { meta: { vector: [1, 0, 0] } }, { text: "none" });
      const { driver, tag } = context;
      expect(await driver.action("search:similarInMeta", { tag, vector: [0, 2] })).toEqual([1]);
    },
  },
  {
    name: "a vector search gives ten documents, at most 256",
    covers: ["VectorSearchQuery.limit"],
    wireOnly: "convex-test gives all documents if there is no limit, and has no greatest one",
    run: async (context) => {
      await add(context, ...Array.from({ length: 300 }, (_, n) => ({ text: String(n), vector: [1, n, 0] })));
      expect(await similar(context, [1, 0, 0])).toHaveLength(10);
      expect(await similar(context, [1, 0, 0], { limit: 256 })).toHaveLength(256);
      await expect(similar(context, [1, 0, 0], { limit: 257 })).rejects.toThrow(
        "Vector queries can fetch at most 256 results, requested 257.",
      );
    },
  },
  {
    name: "a vector search that does not fit its index fails",
    wireOnly: UNCHECKED,
    run: async ({ driver }) => {
      const misuse = (args: { index: string; vector: number[]; field?: string }) =>
        driver.action("search:vectorMisuse", args);
      await expect(misuse({ index: "by_vector", vector: [1] })).rejects.toThrow(
        "Expected a vector with dimensions 3, received 1.",
      );
      await expect(misuse({ index: "by_vector", vector: [1, 2, 3], field: "text" })).rejects.toThrow(
        'Vector query against notes.by_vector contains a filter on "text" but that field isn\'t indexed for filtering in `filterFields`.',
      );
      await expect(misuse({ index: "nope", vector: [1] })).rejects.toThrow("Index notes.nope not found.");
      await expect(misuse({ index: "search_text", vector: [1] })).rejects.toThrow(
        "Index notes.search_text is not a vector index",
      );
    },
  },
];
