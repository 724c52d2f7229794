/** The commands `backup` and `restore`, and data folders that must not be touched. */
import { cp, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Deployment } from "../deployment.ts";
import {
  type BackupBench,
  command,
  COMMON_DAMAGES,
  contents,
  copyOf,
  expectRefusal,
  refusal,
  refusedStart,
  startBackupBench,
  startOn,
} from "./backupBench.ts";
import { ask, unzip, zip } from "./transfer.ts";

let deployment: Deployment;
let folder: string;
let bench: BackupBench;

beforeAll(async () => {
  bench = await startBackupBench();
  ({ deployment, folder } = bench);
}, 60_000);

afterAll(() => bench?.dispose());

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
  beforeAll(async () => {
    await deployment.kill("SIGTERM");
    await cp(deployment.dataDir, path.join(folder, "whole"), { recursive: true });
    await deployment.startProcess();
  });

  it.each(COMMON_DAMAGES)("is refused and not changed when it is %s", async (...damage) => {
    await expectRefusal(await copyOf(path.join(folder, "whole"), path.join(folder, "damaged")), bench.keyFile, damage);
  });

  it("in use by another process is refused, and free again when that is killed", async () => {
    const before = deployment.pid;
    expect(await refusedStart(deployment.dataDir, bench.keyFile)).toContain(`in use by process ${before}`);
    expect(await ask(deployment, "query", "notes:count")).toBeGreaterThanOrEqual(0);
    await deployment.kill();
    await deployment.startProcess();
  });

  it("that cannot be written is refused", async () => {
    await writeFile(path.join(folder, "file"), "");
    expect(await refusedStart(path.join(folder, "file", "data"), bench.keyFile)).toMatch(
      /cannot be written: .*Give it to the user/,
    );
  });
});

async function unzipBytes(archive: Buffer): Promise<Map<string, Buffer>> {
  return new Map(
    Object.entries(await unzip(archive, "latin1")).map(([name, text]) => [name, Buffer.from(text, "latin1")]),
  );
}
