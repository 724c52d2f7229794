/** Imports on a disk that fills up or fails in the middle: what was there stays, or all that is new has come, and never a part. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildShim, canBuildShim, type Fault, type Shim } from "../../durability/shim.ts";
import { copyApp, deploy } from "../cli.ts";
import { Deployment } from "../deployment.ts";
import { ask, confirm, importData, lines, upload, waitForImport } from "./transfer.ts";

const ROWS = 3000;
/** How long a fault lasts when the import does not end by it: it waits for room. */
const FAULT_MS = 1500;

let shim: Shim;
let deployment: Deployment;

async function texts(): Promise<string[]> {
  const { notes, byRank, byText, byId } = (await ask(deployment, "query", "notes:everything")) as Record<
    string,
    { text: string }[]
  >;
  for (const ids of [byRank, byText, byId]) expect(ids).toHaveLength(notes!.length);
  return notes!.map(({ text }) => text);
}

/** A failed sync ends the process, perhaps a moment later. */
async function revive(): Promise<void> {
  for (;;) {
    if (!deployment.isRunning) await deployment.startProcess();
    const answers = await ask(deployment, "query", "notes:count").then(
      () => true,
      () => false,
    );
    if (answers) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const old = ["kept one", "kept two"];
const bulk = Array.from({ length: ROWS }, (_, index) => `bulk ${index}`);

async function restoreOld(): Promise<void> {
  const content = lines(old.map((text) => ({ text })));
  await importData(deployment, content, { table: "notes", format: "jsonLines", mode: "replace" });
}

/** Begins to replace or add to the notes; the fault begins when the import does, and may keep it from beginning. */
async function importDuring(fault: Fault, mode: "append" | "replace"): Promise<{ importId: string; begun: boolean }> {
  const importId = await upload(deployment, lines(bulk.map((text, index) => ({ text, rank: index % 7 }))), {
    table: "notes",
    format: "jsonLines",
    mode,
  });
  await waitForImport(deployment, importId, ["waiting_for_confirmation"]);
  await shim.fail(fault);
  const begun = await confirm(deployment, importId).then(
    () => true,
    () => false,
  );
  const ended = begun ? waitForImport(deployment, importId, ["completed", "failed"]).catch(() => undefined) : null;
  await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, FAULT_MS))]);
  await shim.fail(null);
  return { importId, begun };
}

describe.skipIf(!canBuildShim())("an import on a disk that", () => {
  beforeAll(async () => {
    shim = buildShim();
    deployment = await Deployment.start({ processEnv: shim.env });
    const app = await copyApp(new URL("../../conformance/notebook/", import.meta.url));
    await deploy(deployment, app);
    await app.dispose();
  }, 60_000);

  afterAll(async () => {
    await deployment?.dispose();
    await shim?.dispose();
  });

  const faults: Fault[] = [
    ...[1, 2, 4, 9, 20, 40].map((first) => ({ operation: "write", part: "-wal", error: "ENOSPC", first }) as const),
    ...[1, 5, 30].map((first) => ({ operation: "write", part: "-wal", error: "EIO", first }) as const),
    ...[1, 3, 8].map((first) => ({ operation: "sync", part: "-wal", error: "EIO", first }) as const),
    ...[1, 3].map((first) => ({ operation: "write", part: ".sqlite", error: "ENOSPC", first }) as const),
  ];
  const cases = faults.flatMap((fault) => [[fault, "replace"] as const, [fault, "append"] as const]);

  it.each(cases)("fails (%j) leaves the old or has the new (%s)", { timeout: 60_000 }, async (fault, mode) => {
    await revive();
    await restoreOld();
    const { importId, begun } = await importDuring(fault, mode);
    await revive();
    const ends = begun ? ["completed", "failed"] : ["completed", "failed", "waiting_for_confirmation"];
    const { state } = await waitForImport(deployment, importId, ends);
    const all = mode === "replace" ? bulk : [...old, ...bulk];
    const expected = state === "completed" ? all : old;
    // What was appended by a failed import is taken back in portions.
    while (mode === "append" && (await ask(deployment, "query", "notes:count")) !== expected.length) continue;
    expect((await texts()).toSorted()).toEqual(expected.toSorted());
    await importData(deployment, lines([{ text: "next" }]), { table: "notes", format: "jsonLines", mode: "append" });
    expect(await texts()).toHaveLength(expected.length + 1);
  });
});
