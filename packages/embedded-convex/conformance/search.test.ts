/** Searches as applications meet them over the wire: pushed by the official CLI, watched by the official client, restarted. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { ConvexClient, ConvexHttpClient } from "convex/browser";
import { makeFunctionReference } from "convex/server";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { WebSocket } from "ws";
import { convex, copyApp, type AppCopy } from "../test/cli.ts";
import { Deployment } from "../test/deployment.ts";
import { createTokenIssuer } from "../test/tokens.ts";

type Note = { text: string; vector?: number[]; meta?: { title: string } };

const add = makeFunctionReference<"mutation", { tag: string; notes: Note[] }, string[]>("search:add");
const remove = makeFunctionReference<"mutation", { id: string }, null>("search:remove");
const find = makeFunctionReference<"query", { tag: string; text: string }, string[]>("search:find");
const findTitle = makeFunctionReference<"query", { tag: string; text: string }, string[]>("search:findTitle");
const similar = makeFunctionReference<"action", { tag: string; vector: number[] }, { text: string; score: number }[]>(
  "search:similar",
);

let deployment: Deployment;
let app: AppCopy;
let firstPush: string;

beforeAll(async () => {
  const issuer = await createTokenIssuer();
  [deployment, app] = await Promise.all([
    Deployment.start({ functionEnv: issuer.env }),
    copyApp(new URL("./app/", import.meta.url)),
  ]);
  firstPush = await push();
}, 90_000);

afterAll(async () => {
  await deployment?.dispose();
  await app?.dispose();
});

/** What the CLI has printed, words apart by single spaces. */
async function push(): Promise<string> {
  const args = ["deploy", "--yes", "--typecheck", "disable", "--codegen", "disable"];
  const { stdout, stderr } = await convex(deployment, app, args);
  return stripVTControlCharacters(stdout + stderr).replaceAll(/ +/g, " ");
}

const http = () => new ConvexHttpClient(deployment.cloudUrl, { logger: false });

describe("search indexes", () => {
  it("are listed by the CLI when they are new", () => {
    expect(firstPush).toContain("[+] notes.search_text (text) text, filters on channel, tag");
    expect(firstPush).toContain("[+] notes.search_title (text) meta.title, filter on tag");
    expect(firstPush).toContain("[+] notes.by_vector (vector) vector (3 dimensions), filters on channel, tag");
  });

  it("push the results of a live search when a document comes or goes", async () => {
    const webSocketConstructor = WebSocket as unknown as typeof globalThis.WebSocket;
    const client = new ConvexClient(deployment.cloudUrl, {
      logger: false,
      webSocketConstructor,
      unsavedChangesWarning: false,
    });
    try {
      const tag = "live";
      const results: string[][] = [];
      client.onUpdate(find, { tag, text: "wat" }, (texts) => results.push(texts));
      await vi.waitFor(() => expect(results).toEqual([[]]), { timeout: 15_000, interval: 10 });
      const [id] = await client.mutation(add, { tag, notes: [{ text: "watched" }, { text: "not seen" }] });
      expect(client.client.localQueryResult("search:find", { tag, text: "wat" })).toEqual(["watched"]);
      await http().mutation(add, { tag: "elsewhere", notes: [{ text: "watched" }] });
      await http().mutation(add, { tag, notes: [{ text: "unseen" }] });
      await client.mutation(remove, { id: id! });
      expect(results).toEqual([[], ["watched"], []]);
    } finally {
      await client.close();
    }
  });

  it("are found by what is written before and after a kill", async () => {
    const tag = "restarted";
    await http().mutation(add, { tag, notes: [{ text: "before", vector: [1, 0, 0] }] });
    await deployment.kill();
    await deployment.startProcess();
    await http().mutation(add, { tag, notes: [{ text: "before and after", vector: [0, 1, 0] }] });
    expect(await http().query(find, { tag, text: "before" })).toEqual(["before", "before and after"]);
    expect((await http().action(similar, { tag, vector: [0, 2, 0] })).map(({ text }) => text)).toEqual([
      "before and after",
      "before",
    ]);
  });

  it("are filled anew when they are defined anew, with what is there", { timeout: 60_000 }, async () => {
    const tag = "redefined";
    await http().mutation(add, { tag, notes: [{ text: "moved", meta: { title: "kept" } }] });
    const path = join(app.dir, "convex/schema.ts");
    const schema = await readFile(path, "utf8");
    await writeFile(path, schema.replace('searchField: "meta.title"', 'searchField: "text"'));
    const functions = join(app.dir, "convex/search.ts");
    const source = await readFile(functions, "utf8");
    await writeFile(
      functions,
      source.replace('q.search("meta.title", text)', 'q.search("text" as "meta.title", text)'),
    );
    const changes = await push();
    expect(changes).toContain("[-] notes.search_title (text) meta.title, filter on tag");
    expect(changes).toContain("[+] notes.search_title (text) text, filter on tag");
    expect(changes).not.toContain("notes.search_text");
    expect(await http().query(findTitle, { tag, text: "moved" })).toEqual(["kept"]);
    expect(await http().query(findTitle, { tag, text: "kept" })).toEqual([]);
  });
});
