/** The official CLI moves data, in all its ways; what takes longer than the other tests of the CLI. */
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AppCopy, convex, copyApp, deploy } from "../test/cli.ts";
import { ask, unzip } from "../test/data/transfer.ts";
import { Deployment } from "../test/deployment.ts";

let deployment: Deployment;
let app: AppCopy;

beforeAll(async () => {
  [deployment, app] = await Promise.all([Deployment.start(), copyApp(new URL("./notebook/", import.meta.url))]);
  await deploy(deployment, app);
  await ask(deployment, "mutation", "notes:add", { notes: [{ text: "first", anything: { big: 2n ** 60n } }] });
  await ask(deployment, "mutation", "notes:add", { notes: [{ text: "second" }] });
  await ask(deployment, "mutation", "notes:mark", { name: "moved" });
  await ask(deployment, "action", "notes:store", { text: "content" });
}, 90_000);

afterAll(async () => {
  await deployment?.dispose();
  await app?.dispose();
});

async function run(...args: string[]): Promise<string> {
  const { stdout, stderr } = await convex(deployment, app, args);
  return stdout + stderr;
}

async function texts(): Promise<string[]> {
  const { notes } = (await ask(deployment, "query", "notes:everything")) as { notes: { text: string }[] };
  return notes.map(({ text }) => text);
}

describe("the official CLI", { timeout: 90_000 }, () => {
  it("exports into a folder, without files unless they are asked for", async () => {
    await run("export", "--path", ".");
    const name = (await readdir(app.dir)).find((entry) => /^snapshot_\d+\.zip$/.test(entry))!;
    const entries = await unzip(await readFile(join(app.dir, name)));
    expect(Object.keys(entries).sort()).toEqual([
      "README.md",
      "_components/tally/_tables/documents.jsonl",
      "_components/tally/marks/documents.jsonl",
      "_components/tally/marks/generated_schema.jsonl",
      "_tables/documents.jsonl",
      "authors/documents.jsonl",
      "authors/generated_schema.jsonl",
      "notes/documents.jsonl",
      "notes/generated_schema.jsonl",
    ]);
    expect(entries["notes/documents.jsonl"]!.split("\n")[0]).toContain('"big":1152921504606846976');
    await expect(run("export", "--path", name)).rejects.toThrow("already exists");
  });

  it("shows rows in order, in part, and in its formats", async () => {
    const lines = (await run("data", "notes", "--format", "jsonl", "--order", "asc")).trim().split("\n");
    expect(lines.map((line) => /"text": "(\w+)"/.exec(line)?.[1])).toEqual(["first", "second"]);
    const newest = await run("data", "notes", "--limit", "1", "--format", "json");
    expect(newest).toContain('"second"');
    expect(newest).not.toContain('"first"');
    expect(await run("data", "marks", "--component", "tally")).toContain('"moved"');
    expect(await run("data", "_storage")).toContain('"text/plain"');
  });

  it("imports tables in every format and mode", async () => {
    await writeFile(join(app.dir, "rows.jsonl"), '{"text":"from lines","rank":1}\n');
    await writeFile(join(app.dir, "rows.csv"), "text,rank\nfrom csv,2\n");
    await writeFile(join(app.dir, "rows.json"), '[{"text":"from an array"}]');
    await expect(run("import", "--table", "notes", "rows.jsonl")).rejects.toThrow("Table notes already exists");
    await expect(run("import", "--table", "notes", "--replace", "rows.jsonl")).rejects.toThrow(/non-interactive/);
    expect(await texts()).toEqual(["first", "second"]);
    await run("import", "--table", "notes", "--append", "rows.jsonl");
    expect(await texts()).toEqual(["first", "second", "from lines"]);
    await run("import", "--table", "notes", "--replace", "--yes", "rows.csv");
    expect(await texts()).toEqual(["from csv"]);
    await run("import", "--table", "notes", "--append", "rows.json");
    expect(await texts()).toEqual(["from csv", "from an array"]);
    await writeFile(join(app.dir, "bad.jsonl"), '{"text":"fine"}\n{"rank":1}\n');
    await expect(run("import", "--table", "notes", "--replace", "--yes", "bad.jsonl")).rejects.toThrow(
      /does not match the schema.*text/,
    );
    expect(await texts()).toEqual(["from csv", "from an array"]);
  });
});
