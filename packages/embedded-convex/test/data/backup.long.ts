/** What takes longer than the other tests of backups and data folders. */
import { cp, mkdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Deployment } from "../deployment.ts";
import {
  type BackupBench,
  command,
  contents,
  copyOf,
  type Damage,
  expectRefusal,
  refusal,
  sql,
  startBackupBench,
  startOn,
} from "./backupBench.ts";
import { ask, unzip } from "./transfer.ts";

let deployment: Deployment;
let folder: string;
let bench: BackupBench;

beforeAll(async () => {
  bench = await startBackupBench();
  ({ deployment, folder } = bench);
}, 60_000);

afterAll(() => bench?.dispose());

describe("a backup", { timeout: 60_000 }, () => {
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
});

describe("a data folder", { timeout: 60_000 }, () => {
  beforeAll(async () => {
    await deployment.kill("SIGTERM");
    await cp(deployment.dataDir, path.join(folder, "whole"), { recursive: true });
  });

  const damages: Damage[] = [
    ["one with an empty database beside its log", (data) => emptied(data), /damaged: it is empty, but its log is not/],
    [
      "one with garbage for a database",
      (data) => writeFile(path.join(data, "convex.sqlite"), Buffer.alloc(50_000, 7)),
      /no SQLite database/,
    ],
    ["one with damaged pages", (data) => overwritePages(data), /damaged: .*Restore it from a backup/],
    ["another program's", (data) => sql(data, "PRAGMA application_id = 1"), /not a database of the embedded Convex/],
    ["half restored", (data) => mkdir(path.join(data, "restoring")), /restore that was not finished/],
    ["without its database", (data) => rm(path.join(data, "convex.sqlite")), /convex\.sqlite is missing/],
  ];

  it.each(damages)("is refused and not changed when it is %s", async (...damage) => {
    await expectRefusal(await copyOf(path.join(folder, "whole"), path.join(folder, "damaged")), bench.keyFile, damage);
  });
});

async function emptied(data: string): Promise<void> {
  await truncate(path.join(data, "convex.sqlite"), 0);
  await writeFile(path.join(data, "convex.sqlite-wal"), Buffer.alloc(5000, 1));
}

async function overwritePages(data: string): Promise<void> {
  const file = path.join(data, "convex.sqlite");
  const content = await readFile(file);
  await writeFile(file, content.fill(0xa5, 4096 * 3, 4096 * 12));
}
