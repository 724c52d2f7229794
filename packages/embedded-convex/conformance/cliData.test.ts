/** The official CLI moves data: exports, imports, and a move of everything to another deployment. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AppCopy, convex, copyApp, deploy } from "../test/cli.ts";
import { ask } from "../test/data/transfer.ts";
import { Deployment } from "../test/deployment.ts";

let old: Deployment;
let next: Deployment;
let app: AppCopy;

beforeAll(async () => {
  [old, next, app] = await Promise.all([
    Deployment.start(),
    Deployment.start(),
    copyApp(new URL("./notebook/", import.meta.url)),
  ]);
  await deploy(old, app);
  await deploy(next, app);
}, 90_000);

afterAll(async () => {
  await Promise.all([old?.dispose(), next?.dispose()]);
  await app?.dispose();
});

async function run(deployment: Deployment, ...args: string[]): Promise<string> {
  const { stdout, stderr } = await convex(deployment, app, args);
  return stdout + stderr;
}

describe("the official CLI", { timeout: 90_000 }, () => {
  it("moves a deployment with its files and components into another one, which then answers the same", async () => {
    const file = (await ask(old, "action", "notes:store", { text: "content" })) as string;
    const author = (await ask(old, "mutation", "notes:addAuthor", { name: "Ann" })) as string;
    const values = { big: 2n ** 60n, bytes: new Uint8Array([1, 2]).buffer, special: [-0, Infinity] };
    const notes = [{ text: "first", rank: 2, author, file, anything: values }];
    const [parent] = (await ask(old, "mutation", "notes:add", { notes })) as string[];
    await ask(old, "mutation", "notes:add", { notes: [{ text: "second", rank: 1, parent: parent! }] });
    await ask(old, "mutation", "notes:mark", { name: "moved" });
    await ask(old, "mutation", "notes:later");
    await run(old, "export", "--include-file-storage", "--path", "all.zip");

    expect(await run(next, "import", "all.zip")).toContain("Added 4 documents");
    expect(await ask(next, "query", "notes:everything")).toEqual(await ask(old, "query", "notes:everything"));
    expect(await ask(next, "action", "notes:load", { id: file })).toBe("content");
    const { url, ...references } = (await ask(next, "query", "notes:follow", { id: parent! })) as { url: string };
    expect(references).toEqual({ text: "first", parent: null, author: "Ann" });
    expect(url.startsWith(next.cloudUrl)).toBe(true);
    expect(await (await fetch(url)).text()).toBe("content");
    // What is scheduled stays behind, as on Convex.
    const jobs = await run(next, "data", "_scheduled_functions");
    expect(jobs).toContain("There are no documents in this table");
  });

  it("imports into a component, and replaces everything", async () => {
    await writeFile(join(app.dir, "marks.jsonl"), '{"name":"imported","count":7}\n');
    await run(next, "import", "--table", "marks", "--component", "tally", "--replace", "--yes", "marks.jsonl");
    const everything = (await ask(next, "query", "notes:everything")) as { marks: { name: string }[] };
    expect(everything.marks.map(({ name }) => name)).toEqual(["imported"]);
    await run(next, "import", "--replace-all", "--yes", "all.zip");
    expect(await ask(next, "query", "notes:everything")).toEqual(await ask(old, "query", "notes:everything"));
  });
});
