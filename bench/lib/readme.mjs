// The table in bench/README.md, made from results.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const README = join(import.meta.dirname, "../README.md");
const BEGIN = "<!-- bench: written by `pnpm bench:runs --write-readme`, do not edit -->";
const END = "<!-- /bench -->";

/** What, the path to its figure in the results, its unit, what the issue wants. */
const rows = [
  ["A at 50 connections", "throughput.a.runsPerSecond", "runs/s", ">= 2,000"],
  ["… acknowledged, p50", "throughput.a.ackMs.p50", "ms", ""],
  ["… acknowledged, p99", "throughput.a.ackMs.p99", "ms", "<= 40 ms"],
  ["… finished, p99", "throughput.a.finishMs.p99", "ms", ""],
  ["… CPU time of the deployment, each", "throughput.a.cpuMsPerRun", "ms", "<= 0.7 ms"],
  ["… calls, each", "throughput.a.callsPerRun", "", "about 2"],
  ["… commits, each", "throughput.a.commitsPerRun", "", ""],
  ["… peak memory", "throughput.a.peakMb", "MB", "<= 350 MB"],
  ["B at 50 connections", "throughput.b.runsPerSecond", "runs/s", ">= 2,500"],
  ["… acknowledged, p99", "throughput.b.ackMs.p99", "ms", "<= 40 ms"],
  ["… CPU time of the deployment, each", "throughput.b.cpuMsPerRun", "ms", ""],
  ["… peak memory", "throughput.b.peakMb", "MB", "<= 350 MB"],
  ["A at 1 connection, acknowledged, p50", "lone.a.ackMs.p50", "ms", "<= 2 ms"],
  ["B at 1 connection, acknowledged, p50", "lone.b.ackMs.p50", "ms", "<= 2 ms"],
  ["A lone run of A: calls", "lone.a.callsPerRun", "", "<= 5"],
  ["… commits", "lone.a.commitsPerRun", "", ""],
  ["1,000/s of A with 200 live subscribers: acknowledged, p99", "steady.ackMs.p99", "ms", "<= 30 ms"],
  ["… finished, p99", "steady.finishMs.p99", "ms", "<= 80 ms"],
  ["… peak memory", "steady.peakMb", "MB", ""],
  ["Twice the capacity: sent per second", "overload.rate", "/s", ""],
  ["… accepted", "overload.accepted", "", ""],
  ["… refused with 429", "overload.refused", "", ""],
  ["… lost", "overload.lost", "", "0"],
  ["… performed twice", "overload.calledTwice", "", "0"],
  ["Empty store : 1 million stored runs", "stored.slowdown", "", "<= 1.2"],
  ["… CPU time, 1 million : empty", "stored.cpuRatio", "", ""],
  ["Another organization's single run, alone, p50", "fairness.alone.p50Ms", "ms", ""],
  ["… beside a flood, p50", "fairness.flooded.p50Ms", "ms", ""],
  ["… beside a flood, p99", "fairness.flooded.p99Ms", "ms", ""],
  ["… beside a flood of operations of 1 s, p50", "fairness.besideSlow.p50Ms", "ms", ""],
];

/** The table, from results; rows whose section was not measured are left out. */
export function tableOf({ takenAt, machine, loadBefore, results }) {
  const loads = Object.values(loadBefore);
  const lines = rows.flatMap(([name, path, unit, wanted]) => {
    const found = path.split(".").reduce((value, key) => value?.[key], results);
    if (typeof found !== "number") return [];
    const text = found.toLocaleString("en-US", { maximumFractionDigits: 2 });
    return [`| ${name} | ${[text, unit].filter(Boolean).join(" ")} | ${wanted} |`];
  });
  return [
    `${machine.cpus} CPUs (${machine.model}), ${machine.memoryGb} GB, Node ${machine.node}, ${takenAt.slice(0, 10)}; load generator and`,
    "subscribers on the same machine, whose load average before the sections was",
    `${Math.min(...loads).toFixed(1)} to ${Math.max(...loads).toFixed(1)}.`,
    "",
    "| What | Measured | Wanted |",
    "| --- | --- | --- |",
    ...lines,
  ].join("\n");
}

/** Replaces the table between the markers of the README. Throws if there are none. */
export function writeReadme(report) {
  const text = readFileSync(README, "utf8");
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (begin === -1 || end === -1) throw new Error(`${README} has no place for the table of the benchmark.`);
  writeFileSync(README, `${text.slice(0, begin + BEGIN.length)}\n\n${tableOf(report)}\n\n${text.slice(end)}`);
}
