import { createWriteStream, rmSync } from "node:fs";
import { once } from "node:events";
import { join } from "node:path";
import { measureLoad, publishShape, warmUp, withTarget } from "../lib/target.mjs";

const ROWS_PER_FILE = 250_000;

/** Shape A on an empty store, and again beside many stored runs with their logs, which are imported as a backup's would be. */
export async function stored({ storedRuns, storedCount, connections }) {
  return await withTarget(async (target) => {
    const { client, deployment } = target;
    const scenario = await publishShape(client, "a");
    await warmUp(target, scenario);
    const load = { count: storedCount, connections };
    const empty = await measureLoad(target, scenario, load);
    const importedMs = await fill(deployment, storedRuns);
    // The store's own work after such an import is not what is measured.
    await warmUp(target, scenario);
    const full = await measureLoad(target, scenario, load);
    const ratio = Math.round((empty.runsPerSecond / full.runsPerSecond) * 1_000) / 1_000;
    const cpuRatio = Math.round((full.cpuMsPerRun / empty.cpuMsPerRun) * 1_000) / 1_000;
    return { storedRuns, importSeconds: Math.round(importedMs / 1_000), empty, full, slowdown: ratio, cpuRatio };
  });
}

/** Multiplies a run that has ended, and its log, by importing copies. */
async function fill(deployment, count) {
  const startedMs = Date.now();
  const [run] = (await deployment.readRows("runs", 20)).filter((row) => row.state === "succeeded");
  const [log] = await deployment.readRows("runLogs", 1);
  if (!run || !log) throw new Error("There is no run to multiply.");
  for (const [table, row] of [
    ["runLogs", log],
    ["runs", run],
  ]) {
    for (let from = 0; from < count; from += ROWS_PER_FILE) {
      await importCopies(deployment, { table, row, count: Math.min(ROWS_PER_FILE, count - from) });
    }
  }
  return Date.now() - startedMs;
}

async function importCopies(deployment, { table, row, count }) {
  const file = join(deployment.folder, `${table}.jsonl`);
  const { _id, _creationTime, ...fields } = row;
  const line = `${JSON.stringify(fields)}\n`;
  const out = createWriteStream(file);
  const LINES = 1_000;
  for (let written = 0; written < count; written += LINES) {
    if (!out.write(line.repeat(Math.min(LINES, count - written)))) await once(out, "drain");
  }
  out.end();
  await once(out, "finish");
  deployment.importRows(table, file);
  rmSync(file);
}
