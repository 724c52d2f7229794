/** Imports and backups of a deployment that is killed, replaced and written to, at many moments. */
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { copyApp, deploy } from "../cli.ts";
import { Deployment } from "../deployment.ts";
import { ask, confirm, importData, lines, upload, waitForImport } from "./transfer.ts";

const BIN = path.resolve(import.meta.dirname, "../../src/bin.ts");
const ROWS = 4000;
const KILLS = 8;
const BACKUPS = 3;
const run = promisify(execFile);

let deployment: Deployment;
let folder: string;

beforeAll(async () => {
  const [started, app, made] = await Promise.all([
    Deployment.start({ processEnv: { EMBEDDED_CONVEX_TIME_LIMIT_MS: "500" } }),
    copyApp(new URL("../../conformance/notebook/", import.meta.url)),
    mkdtemp(path.join(tmpdir(), "embedded-convex-transfers-")),
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

/** How many notes there are, which all ways to read them must agree on. */
async function countNotes(target = deployment): Promise<number> {
  const { notes, byRank, byText, byId } = (await ask(target, "query", "notes:everything")) as Record<string, unknown[]>;
  expect(byRank).toHaveLength(notes!.length);
  expect(byText).toHaveLength(notes!.length);
  expect(byId).toHaveLength(notes!.length);
  return notes!.length;
}

async function begin(mode: "append" | "replace"): Promise<string> {
  const rows = Array.from({ length: ROWS }, (_, index) => ({ text: `bulk ${index}`, rank: index % 7 }));
  const importId = await upload(deployment, lines(rows), { table: "notes", format: "jsonLines", mode });
  await waitForImport(deployment, importId, ["waiting_for_confirmation"]);
  await confirm(deployment, importId);
  return importId;
}

describe("an import", { timeout: 120_000 }, () => {
  it("is whole or not there after a kill at any moment", async () => {
    const outcomes = new Set<string>();
    for (let round = 0; round < KILLS; round++) {
      await importData(deployment, lines([{ text: "kept" }]), { table: "notes", format: "jsonLines", mode: "replace" });
      const mode = round % 2 === 0 ? "replace" : "append";
      const importId = await begin(mode);
      await new Promise((resolve) => setTimeout(resolve, round * 90));
      await deployment.kill();
      await deployment.startProcess();
      const { state } = await waitForImport(deployment, importId, ["completed", "failed"]);
      const expected = state === "failed" ? 1 : mode === "replace" ? ROWS : ROWS + 1;
      // What was appended by a failed import is taken back in portions.
      while ((await ask(deployment, "query", "notes:count")) !== expected) continue;
      expect(await countNotes()).toBe(expected);
      outcomes.add(state);
    }
    expect(outcomes).toContain("failed");
  });

  it("fails, and leaves nothing, when the database's worker is replaced", async () => {
    for (const mode of ["append", "replace"] as const) {
      await importData(deployment, lines([{ text: "kept" }]), { table: "notes", format: "jsonLines", mode: "replace" });
      const importId = await begin(mode);
      await expect(ask(deployment, "mutation", "notes:loop")).rejects.toThrow();
      const { state } = await waitForImport(deployment, importId, ["completed", "failed"]);
      const expected = state === "failed" ? 1 : mode === "replace" ? ROWS : ROWS + 1;
      while ((await ask(deployment, "query", "notes:count")) !== expected) continue;
      expect(await countNotes()).toBe(expected);
      // The next one is not in its way.
      await importData(deployment, lines([{ text: "next" }]), { table: "notes", format: "jsonLines", mode: "append" });
      expect(await countNotes()).toBe(expected + 1);
    }
  });
});

describe("backups under load", { timeout: 120_000 }, () => {
  it("restore to a moment between two transactions, with everything acknowledged before", async () => {
    await importData(deployment, "", { table: "notes", format: "jsonLines", mode: "replace" });
    let acknowledged = 0;
    let stopped = false;
    const writers = Array.from({ length: 6 }, async () => {
      while (!stopped) {
        await ask(deployment, "mutation", "notes:add", {
          notes: [{ text: "one" }, { text: "two" }, { text: "three" }],
        });
        acknowledged += 3;
      }
    });
    const backups: { file: string; before: number }[] = [];
    for (let round = 0; round < BACKUPS; round++) {
      const file = path.join(folder, `${round}.zip`);
      const before = acknowledged;
      const args = ["backup", "--data", deployment.dataDir, "--to", file, "--admin-key-file", path.join(folder, "key")];
      await run(process.execPath, [BIN, ...args], { timeout: 60_000 });
      backups.push({ file, before });
    }
    stopped = true;
    await Promise.all(writers);
    const restored = await Deployment.start();
    try {
      for (const { file, before } of backups) {
        await restored.kill("SIGTERM");
        await rm(restored.dataDir, { recursive: true });
        await run(process.execPath, [BIN, "restore", "--from", file, "--data", restored.dataDir], { timeout: 60_000 });
        await restored.startProcess();
        const count = await countNotes(restored);
        expect(count % 3).toBe(0);
        expect(count).toBeGreaterThanOrEqual(before);
        expect(count).toBeLessThanOrEqual(acknowledged);
      }
    } finally {
      await restored.dispose();
    }
  });
});
