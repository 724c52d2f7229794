/**
 * Measures deployments started by the command, with the load generator on the same machine, and prints one JSON object:
 *
 *     node bench/run.ts [--quick] [--section name]... [--out file] [--into file] [--write-readme [--from file]]
 *
 * `--into` replaces sections in a file of earlier results; `--from` writes the README's table from a file, measuring nothing.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg, totalmem } from "node:os";
import { parseArgs } from "node:util";
import { type Report, writeReadme } from "./lib/readme.ts";
import type { Settings } from "./lib/target.ts";
import { backfill } from "./sections/backfill.ts";
import { environment } from "./sections/environment.ts";
import { memory } from "./sections/memory.ts";
import { push } from "./sections/push.ts";
import { pushes } from "./sections/pushes.ts";
import { scheduled } from "./sections/scheduled.ts";
import { size } from "./sections/size.ts";
import { start } from "./sections/start.ts";
import { throughput } from "./sections/throughput.ts";

const SECTIONS: Record<string, (settings: Settings) => Promise<object>> = {
  throughput,
  push,
  scheduled,
  environment,
  memory,
  pushes,
  start,
  size,
  backfill,
};
const FULL: Settings = {
  repeats: 5,
  durationMs: 3000,
  smallCount: 10_000,
  largeCount: 1_000_000,
  pushes: 200,
  restMs: 65_000,
};
/** About a minute in all: enough to see that everything runs, and which way a change goes. */
const QUICK: Settings = {
  repeats: 2,
  durationMs: 500,
  smallCount: 2000,
  largeCount: 50_000,
  pushes: 20,
  restMs: 1000,
};

const { values: options } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    section: { type: "string", multiple: true, default: Object.keys(SECTIONS) },
    out: { type: "string" },
    into: { type: "string" },
    from: { type: "string" },
    "write-readme": { type: "boolean", default: false },
  },
});

const report = options.from === undefined ? await measureAll() : readReport(options.from);
if (options.from === undefined) {
  const text = JSON.stringify(report, null, 2);
  const file = options.out ?? options.into;
  if (file !== undefined) writeFileSync(file, `${text}\n`);
  console.log(text);
}
if (options["write-readme"]) writeReadme(report);

async function measureAll(): Promise<Report> {
  const unknown = options.section.find((name) => SECTIONS[name] === undefined);
  if (unknown !== undefined) throw new Error(`No section ${unknown}; there are ${Object.keys(SECTIONS).join(", ")}.`);
  const earlier = options.into !== undefined && existsSync(options.into) ? readReport(options.into) : null;
  const results = { ...earlier?.results };
  const loadBefore = { ...earlier?.loadBefore };
  for (const name of options.section) {
    loadBefore[name] = Number(loadavg()[0]!.toFixed(1));
    const startedAt = performance.now();
    results[name] = await SECTIONS[name]!(options.quick ? QUICK : FULL);
    process.stderr.write(`${name}: ${Math.round((performance.now() - startedAt) / 1000)} s\n`);
  }
  const machine = {
    cpus: cpus().length,
    model: cpus()[0]?.model.trim() ?? "unknown",
    memoryGb: Math.round(totalmem() / 2 ** 30),
    node: process.version,
  };
  return { takenAt: new Date().toISOString(), quick: options.quick, machine, loadBefore, results };
}

function readReport(file: string): Report {
  return JSON.parse(readFileSync(file, "utf8")) as Report;
}
