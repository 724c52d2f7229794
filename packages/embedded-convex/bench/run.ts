/**
 * Measures deployments started by the command, with the load generator on the same machine, and prints one JSON object:
 *
 *     node bench/run.ts [--quick] [--section name]... [--out file] [--write-readme]
 */
import { writeFileSync } from "node:fs";
import { cpus, loadavg, totalmem } from "node:os";
import { parseArgs } from "node:util";
import type { Settings } from "./lib/target.ts";
import { backfill } from "./sections/backfill.ts";
import { memory } from "./sections/memory.ts";
import { environment } from "./sections/environment.ts";
import { push } from "./sections/push.ts";
import { pushes } from "./sections/pushes.ts";
import { scheduled } from "./sections/scheduled.ts";
import { search } from "./sections/search.ts";
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
  search,
};
const FULL: Settings = { repeats: 5, durationMs: 3000, smallCount: 10_000, largeCount: 1_000_000, pushes: 200 };
/** About a minute in all: enough to see that everything runs, and which way a change goes. */
const QUICK: Settings = { repeats: 2, durationMs: 500, smallCount: 2000, largeCount: 50_000, pushes: 20 };

const { values: options } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    section: { type: "string", multiple: true, default: Object.keys(SECTIONS) },
    out: { type: "string" },
  },
});
const unknown = options.section.find((name) => SECTIONS[name] === undefined);
if (unknown !== undefined) throw new Error(`No section ${unknown}; there are ${Object.keys(SECTIONS).join(", ")}.`);

const settings = options.quick ? QUICK : FULL;
const results: Record<string, object> = {};
for (const name of options.section) {
  const loadBefore = loadavg()[0]!;
  const startedAt = performance.now();
  results[name] = await SECTIONS[name]!(settings);
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  process.stderr.write(`${name}: ${seconds} s, load average before ${loadBefore.toFixed(1)}\n`);
}
const machine = {
  cpus: cpus().length,
  model: cpus()[0]?.model ?? "unknown",
  memoryGb: Math.round(totalmem() / 2 ** 30),
  node: process.version,
};
const report = { bench: "convex", quick: options.quick, settings, machine, results };
const text = JSON.stringify(report, null, 2);
if (options.out !== undefined) writeFileSync(options.out, `${text}\n`);
console.log(text);
