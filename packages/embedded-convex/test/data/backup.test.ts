/** The commands `backup` and `restore`, and data folders that must not be touched. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { DatabaseSync } from "node:sqlite";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { copyApp, deploy } from "../cli.ts";
import { Deployment } from "../deployment.ts";
import { ask, unzip, zip } from "./transfer.ts";

const BIN = path.resolve(import.meta.dirname, "../../src/bin.ts");
const run = promisify(execFile);

let deployment: Deployment;
let folder: string;

beforeAll(async () => {
  const [started, app, made] = await Promise.all([
    Deployment.start(),
    copyApp(new URL("../../conformance/notebook/", import.meta.url)),
    mkdtemp(path.join(tmpdir(), "embedded-convex-backup-")),
  ]);
  deployment = started;
  folder = made;
  await writeFile(path.join(folder, "key"), deployment.adminKey);
  await deploy(deployment, app);
  await app.dispose();
}, 60_000);

afterAll(async () => {
  await deployment?.dispose();
  await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
});

/** Runs a command that must succeed; resolves with what it prints. */
async function command(...args: string[]): Promise<Record<string, unknown>> {
  const { stdout } = await run(process.execPath, [BIN, ...args], { timeout: 30_000 });
  return JSON.parse(stdout) as Record<string, unknown>;
}

/** Runs a command that must fail with exit code 1 and one line, which is returned. */
async function refusal(...args: string[]): Promise<string> {
  const ended = await run(process.execPath, [BIN, ...args], { timeout: 30_000 }).then(
    () => ({ code: 0, stderr: "" }),
    (error: { code: number; stderr: string }) => error,
  );
  expect(ended.code).toBe(1);
  expect(ended.stderr).toMatch(/^embedded-convex: [^\n]+\n$/);
  return ended.stderr;
}

function start(data: string): Promise<string> {
  return refusal(
    "start",
    "--data",
    data,
    "--admin-key-file",
    path.join(folder, "key"),
    "--port",
    "0",
    "--site-port",
    "0",
  );
}

/** What whoever looks into a folder may leave there: locks, caches, and the empty log of a read-only connection. */
const HARMLESS = /(^|\/)(lock\.sqlite|owner\.json|compile-cache\/|convex\.sqlite-shm$)/;

/** Paths and contents of all files that matter. */
async function contents(root: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    const name = path.relative(root, file);
    if (!entry.isFile() || HARMLESS.test(name)) continue;
    const content = await readFile(file);
    if (name === "convex.sqlite-wal" && content.length === 0) continue;
    found[name] = createHash("sha256").update(content).digest("hex");
  }
  return found;
}

/** A deployment on a restored folder, in a data folder of its own. */
async function startOn(backup: string): Promise<Deployment> {
  const restored = await Deployment.start();
  await restored.kill("SIGTERM");
  await rm(restored.dataDir, { recursive: true });
  await command("restore", "--from", backup, "--data", restored.dataDir);
  await restored.startProcess();
  return restored;
}

describe("a backup", { timeout: 60_000 }, () => {
  it("of a running deployment holds its code, data and files, and others write on meanwhile", async () => {
    const file = (await ask(deployment, "action", "notes:store", { text: "kept in a file" })) as string;
    let written = 0;
    let stopped = false;
    // Each writes two notes in one transaction: a consistent copy has an even number of them.
    const writers = Array.from({ length: 4 }, async () => {
      while (!stopped) {
        const notes = [{ text: `note ${written}` }, { text: `twin ${written}` }];
        await ask(deployment, "mutation", "notes:add", { notes });
        written += 2;
      }
    });
    while (written < 40) await new Promise((resolve) => setTimeout(resolve, 5));
    const before = written;
    const args = ["--admin-key-file", path.join(folder, "key")];
    const { backup } = await command("backup", "--data", deployment.dataDir, "--to", folder, ...args);
    const during = written;
    stopped = true;
    await Promise.all(writers);
    expect(during).toBeGreaterThan(before);

    const restored = await startOn(backup as string);
    try {
      const count = (await ask(restored, "query", "notes:count")) as number;
      expect(count % 2).toBe(0);
      expect(count).toBeGreaterThanOrEqual(before);
      expect(count).toBeLessThanOrEqual(written);
      expect(await ask(restored, "action", "notes:load", { id: file })).toBe("kept in a file");
      await ask(restored, "mutation", "notes:add", { notes: [{ text: "after" }] });
      expect(await ask(restored, "query", "notes:count")).toBe(count + 1);
    } finally {
      await restored.dispose();
    }
    expect(await readdir(path.join(deployment.dataDir, "transfers"))).toEqual([]);
  });

  it("keeps a file that is deleted while it is made", async () => {
    const file = (await ask(deployment, "action", "notes:store", { text: "soon gone" })) as string;
    const target = path.join(folder, "deleted.zip");
    const args = ["--to", target, "--admin-key-file", path.join(folder, "key")];
    const making = command("backup", "--data", deployment.dataDir, ...args);
    const gone = async () => (await ask(deployment, "action", "notes:load", { id: file })) === null;
    await ask(deployment, "mutation", "notes:forget", { id: file });
    await making;
    expect(await gone()).toBe(true);
    const names = Object.keys(await unzip(await readFile(target))).filter((name) => name.startsWith("storage/"));
    const restored = await startOn(target);
    try {
      const stored = (await ask(restored, "query", "notes:everything")) as { files: unknown[] };
      expect(stored.files).toHaveLength(names.length);
    } finally {
      await restored.dispose();
    }
  });

  it("can be made of a deployment that is stopped, and leaves it as it was", async () => {
    await deployment.kill("SIGTERM");
    const before = await contents(deployment.dataDir);
    const target = path.join(folder, "stopped.zip");
    await command("backup", "--data", deployment.dataDir, "--to", target);
    expect(await contents(deployment.dataDir)).toEqual(before);
    expect(await refusal("backup", "--data", deployment.dataDir, "--to", target)).toContain("exists already");
    expect(await refusal("backup", "--data", path.join(folder, "nowhere"), "--to", folder)).toContain(
      "no deployment in",
    );
    const restored = await startOn(target);
    await deployment.startProcess();
    try {
      expect(await ask(restored, "query", "notes:everything")).toEqual(
        await ask(deployment, "query", "notes:everything"),
      );
    } finally {
      await restored.dispose();
    }
  });

  it("needs the admin key of a running deployment", async () => {
    const args = ["--data", deployment.dataDir, "--to", path.join(folder, "x.zip")];
    expect(await refusal("backup", ...args)).toContain("--admin-key-file");
    await writeFile(path.join(folder, "wrong"), "test|wrong-key-wrong-key");
    expect(await refusal("backup", ...args, "--admin-key-file", path.join(folder, "wrong"))).toContain("admin key");
    expect((await readdir(folder)).filter((name) => name.startsWith("x.zip"))).toEqual([]);
  });

  it("is refused when it was changed, and leaves an empty folder empty", async () => {
    const target = path.join(folder, "good.zip");
    await command("backup", "--data", deployment.dataDir, "--to", target, "--admin-key-file", path.join(folder, "key"));
    const good = await readFile(target);
    const entries = await unzipBytes(good);
    const stored = [...entries.keys()].find((name) => name.startsWith("storage/"))!;
    const changed = new Map(entries).set(stored, Buffer.from("something else"));
    const lacking = new Map(entries);
    lacking.delete(stored);
    const database = Buffer.from(entries.get("convex.sqlite")!);
    database[database.length - 1] = database.at(-1)! ^ 1;
    const bad: [Buffer, RegExp][] = [
      [good.subarray(0, good.length - 100), /not a whole one/],
      [await zip(changed), /stored file .* was changed or damaged/],
      [await zip(lacking), /is missing in it/],
      [await zip(new Map(entries).set("convex.sqlite", database)), /database was changed or damaged/],
      [await zip(new Map(entries).set("backup.json", Buffer.from('{"format":2}'))), /newer version/],
      [Buffer.from("nothing of the kind"), /is no backup/],
    ];
    const empty = path.join(folder, "empty");
    for (const [content, reason] of bad) {
      await writeFile(path.join(folder, "bad.zip"), content);
      expect(await refusal("restore", "--from", path.join(folder, "bad.zip"), "--data", empty)).toMatch(reason);
      expect(await contents(empty)).toEqual({});
    }
    await writeFile(path.join(empty, "precious.txt"), "mine");
    expect(await refusal("restore", "--from", target, "--data", empty)).toContain("not empty (it has precious.txt)");
    expect(await refusal("restore", "--from", target, "--data", deployment.dataDir)).toContain("in use");
  });
});

describe("a data folder", { timeout: 60_000 }, () => {
  /** A copy of a whole deployment that is stopped. */
  async function copyOf(name: string): Promise<string> {
    const target = path.join(folder, name);
    await rm(target, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    await cp(path.join(folder, "whole"), target, { recursive: true });
    return target;
  }

  beforeAll(async () => {
    await deployment.kill("SIGTERM");
    await cp(deployment.dataDir, path.join(folder, "whole"), { recursive: true });
    await deployment.startProcess();
  });

  const damages: [string, (data: string) => Promise<unknown>, RegExp][] = [
    [
      "one with a database that was cut off",
      (data) => truncate(path.join(data, "convex.sqlite"), 20_000),
      /damaged: it has 20000 of \d+ bytes/,
    ],
    ["one with an empty database beside its log", (data) => emptied(data), /damaged: it is empty, but its log is not/],
    [
      "one with garbage for a database",
      (data) => writeFile(path.join(data, "convex.sqlite"), Buffer.alloc(50_000, 7)),
      /no SQLite database/,
    ],
    ["one with damaged pages", (data) => overwritePages(data), /damaged: .*Restore it from a backup/],
    ["another program's", (data) => sql(data, "PRAGMA application_id = 1"), /not a database of the embedded Convex/],
    ["of a newer version", (data) => sql(data, "PRAGMA user_version = 999"), /format 999.*Start a newer version/],
    ["half restored", (data) => mkdir(path.join(data, "restoring")), /restore that was not finished/],
    ["without its database", (data) => rm(path.join(data, "convex.sqlite")), /convex\.sqlite is missing/],
  ];

  it.each(damages)("is refused and not changed when it is %s", async (_name, damage, message) => {
    const data = await copyOf("damaged");
    await damage(data);
    const before = await contents(data);
    const line = await start(data);
    expect(line).toMatch(message);
    expect(line).toContain(data);
    expect(await contents(data)).toEqual(before);
  });

  it("in use by another process is refused, and free again when that is killed", async () => {
    const before = deployment.pid;
    expect(await start(deployment.dataDir)).toContain(`in use by process ${before}`);
    expect(await ask(deployment, "query", "notes:count")).toBeGreaterThanOrEqual(0);
    await deployment.kill();
    await deployment.startProcess();
  });

  it("that cannot be written is refused", async () => {
    await writeFile(path.join(folder, "file"), "");
    expect(await start(path.join(folder, "file", "data"))).toMatch(/cannot be written: .*Give it to the user/);
  });
});

async function unzipBytes(archive: Buffer): Promise<Map<string, Buffer>> {
  return new Map(
    Object.entries(await unzip(archive, "latin1")).map(([name, text]) => [name, Buffer.from(text, "latin1")]),
  );
}

async function sql(data: string, statement: string): Promise<void> {
  const database = new DatabaseSync(path.join(data, "convex.sqlite"));
  database.exec(statement);
  database.close();
}

async function emptied(data: string): Promise<void> {
  await truncate(path.join(data, "convex.sqlite"), 0);
  await writeFile(path.join(data, "convex.sqlite-wal"), Buffer.alloc(5000, 1));
}

async function overwritePages(data: string): Promise<void> {
  const file = path.join(data, "convex.sqlite");
  const content = await readFile(file);
  await writeFile(file, content.fill(0xa5, 4096 * 3, 4096 * 12));
}
