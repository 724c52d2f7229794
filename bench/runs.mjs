// Whole scenarios on embedded deployments of their own, from the webhook's request to the stored end (design 02a). Prints one JSON
// object, last:
//   node bench/runs.mjs [--quick] [--section name]... [--into file] [--write-readme [--from file]] [--json]
// `--into` replaces sections in a file of earlier results; `--from` writes the README's table from a file, measuring nothing.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg, totalmem } from "node:os";
import { parseArgs } from "node:util";
import { writeReadme } from "./lib/readme.mjs";
import { fairness } from "./sections/fairness.mjs";
import { lone } from "./sections/lone.mjs";
import { overload } from "./sections/overload.mjs";
import { steady } from "./sections/steady.mjs";
import { stored } from "./sections/stored.mjs";
import { throughput } from "./sections/throughput.mjs";

const SECTIONS = { throughput, lone, steady, overload, fairness, stored };
const FULL = {
  count: 20_000,
  connections: 50,
  loneCount: 2_000,
  rate: 1_000,
  steadySeconds: 20,
  subscribers: 200,
  capacityCount: 8_000,
  overloadSeconds: 30,
  floodCount: 20_000,
  storedRuns: 1_000_000,
  storedCount: 12_000,
};
/** About two minutes in all: enough to see that everything runs, and which way a change goes. */
const QUICK = {
  ...FULL,
  count: 3_000,
  loneCount: 300,
  rate: 200,
  steadySeconds: 5,
  subscribers: 50,
  capacityCount: 1_500,
  overloadSeconds: 5,
  floodCount: 4_000,
  storedRuns: 20_000,
  storedCount: 2_000,
};

const { values: options } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    section: { type: "string", multiple: true, default: Object.keys(SECTIONS) },
    count: { type: "string" },
    into: { type: "string" },
    from: { type: "string" },
    "write-readme": { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
});

const report = options.from === undefined ? await measureAll() : readReport(options.from);
if (options["write-readme"]) writeReadme(report);
if (options.from === undefined) console.log(JSON.stringify(report));

async function measureAll() {
  const unknown = options.section.find((name) => SECTIONS[name] === undefined);
  if (unknown !== undefined) throw new Error(`No section ${unknown}; there are ${Object.keys(SECTIONS).join(", ")}.`);
  const settings = { ...(options.quick ? QUICK : FULL), ...(options.count && { count: Number(options.count) }) };
  const earlier = options.into !== undefined && existsSync(options.into) ? readReport(options.into) : null;
  const results = { ...earlier?.results };
  const loadBefore = { ...earlier?.loadBefore };
  const report = () => ({
    bench: "runs",
    takenAt: new Date().toISOString(),
    quick: options.quick,
    machine: machine(),
    loadBefore,
    results,
  });
  for (const name of options.section) {
    loadBefore[name] = Number(loadavg()[0].toFixed(1));
    const startedAt = performance.now();
    results[name] = await measureSection(name, settings);
    if (!options.json)
      console.error(`${name}: ${Math.round((performance.now() - startedAt) / 1_000)} s`, results[name]);
    // After each, so that what was measured is kept when a later one fails.
    if (options.into !== undefined) writeFileSync(options.into, `${JSON.stringify(report(), null, 2)}\n`);
  }
  return report();
}

/** A section that fails says so in the results, and the others go on. */
async function measureSection(name, settings) {
  try {
    return await SECTIONS[name](settings);
  } catch (error) {
    console.error(`The section ${name} failed:`, error);
    process.exitCode = 1;
    return { failed: String(error).slice(0, 500) };
  }
}

function machine() {
  return {
    cpus: cpus().length,
    model: cpus()[0]?.model.trim() ?? "unknown",
    memoryGb: Math.round(totalmem() / 2 ** 30),
    node: process.version,
  };
}

function readReport(file) {
  return JSON.parse(readFileSync(file, "utf8"));
}
