import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Figure } from "./stats.ts";

const README = path.resolve(import.meta.dirname, "../../README.md");
const BEGIN = "<!-- bench: written by `pnpm bench:convex --write-readme`, do not edit -->";
const END = "<!-- /bench -->";

/** What `run.ts` prints. */
export interface Report {
  takenAt: string;
  quick: boolean;
  machine: { cpus: number; model: string; memoryGb: number; node: string };
  /** Load averages (1 minute) of the machine before each section: how busy others kept it. */
  loadBefore: Record<string, number>;
  results: Record<string, unknown>;
}

interface Row {
  name: string;
  /** Keys in `results` that lead to the figure. */
  at: string[];
  unit: string;
  /** What issue or reader may expect; empty if nothing was promised. */
  wanted: string;
}

const ROWS: Row[] = [
  row("Durable mutations over WebSocket, 50 clients", "throughput.mutations50.perSecond", "/s", ">= 3,000/s"),
  row("Durable mutations over WebSocket, 1 client", "throughput.mutations1.perSecond", "/s"),
  row("… CPU time of the deployment, each (50 clients)", "throughput.mutations50.cpuMicrosPerCall", "µs"),
  row("HTTP queries, 50 clients", "throughput.queries50.perSecond", "/s", ">= 1,500/s"),
  row("HTTP queries, 1 client", "throughput.queries1.perSecond", "/s"),
  row("… CPU time of the deployment, each (50 clients)", "throughput.queries50.cpuMicrosPerCall", "µs"),
  row("Push to 100 subscribers, p50", "push.subscribers100.p50Ms", "ms"),
  row("Push to 100 subscribers, p99", "push.subscribers100.p99Ms", "ms", "<= 20 ms"),
  row("… beside 1,000 unrelated live queries, p50", "push.subscribers100Beside1000.p50Ms", "ms"),
  row("… beside 1,000 unrelated live queries, p99", "push.subscribers100Beside1000.p99Ms", "ms"),
  row(
    "Mutations with 1,000 unrelated live queries : without",
    "push.mutationsBeside1000.throughputRatio",
    "",
    ">= 0.9",
  ),
  row("… CPU time per mutation, with : without", "push.mutationsBeside1000.cpuRatio", ""),
  row("Scheduled start, late by, p50", "scheduled.after0Ms.p50Ms", "ms"),
  row("Scheduled start, late by, p99", "scheduled.after0Ms.p99Ms", "ms"),
  row("Inserts, 10 thousand : 1 million documents", "size.inserts.slowdown", "", "<= 1.3"),
  row("… CPU time, 1 million : 10 thousand", "size.inserts.cpuRatio", ""),
  row("Indexed reads, 10 thousand : 1 million documents", "size.reads.slowdown", "", "<= 1.3"),
  row("… CPU time, 1 million : 10 thousand", "size.reads.cpuRatio", ""),
  row("Start, empty", "start.emptyMs", "ms"),
  row("Start with 1 million documents", "start.largeMs", "ms", "<= 1 s"),
  row("… CPU time until then", "start.largeCpuMs", "ms"),
  row("Memory at rest, with deployed code", "memory.idle.rssMb", "MB", "<= 150 MB"),
  row("Memory at rest, a minute after a first push", "memory.afterPush.rssMb", "MB"),
  row("Memory right after load, 50 clients", "memory.afterLoad.rssMb", "MB"),
  row("A push", "pushes.pushMs", "ms"),
  row("Heap of the transactor, first of 200 pushes", "pushes.transactorHeap.firstMb", "MB"),
  row("… last of 200 pushes", "pushes.transactorHeap.lastMb", "MB", "the same"),
  row("Index of 1 million documents filled in", "backfill.seconds", "s"),
  row("… a writer's p99 meanwhile", "backfill.during.p99Ms", "ms"),
  row("A change of a variable, beside writers", "environment.changeMs", "ms"),
];

function row(name: string, at: string, unit: string, wanted = ""): Row {
  return { name, at: at.split("."), unit, wanted };
}

/** The table of the README, from results; rows whose section was not measured are left out. */
export function tableOf({ takenAt, machine, loadBefore, results }: Report): string {
  const loads = Object.values(loadBefore);
  const lines = ROWS.flatMap(({ name, at, unit, wanted }) => {
    const found = at.reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], results);
    return found === undefined ? [] : [`| ${name} | ${textOf(found as Figure | number, unit)} | ${wanted} |`];
  });
  return [
    `${machine.cpus} CPUs (${machine.model}), ${machine.memoryGb} GB, Node ${machine.node}, ${takenAt.slice(0, 10)}; clients on the same`,
    `machine, whose load average before the sections was ${Math.min(...loads).toFixed(1)} to ${Math.max(...loads).toFixed(1)}.`,
    "Medians of the repeats, with the lowest and the highest.",
    "",
    "| What | Measured | Wanted |",
    "| --- | --- | --- |",
    ...lines,
  ].join("\n");
}

/** Replaces the table between the markers of the README. @throws if there are none. */
export function writeReadme(report: Report): void {
  const text = readFileSync(README, "utf8");
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (begin === -1 || end === -1) throw new Error(`${README} has no place for the table of the benchmark.`);
  writeFileSync(README, `${text.slice(0, begin + BEGIN.length)}\n\n${tableOf(report)}\n\n${text.slice(end)}`);
}

function textOf(figure: Figure | number, unit: string): string {
  const suffix = unit === "" ? "" : ` ${unit}`;
  if (typeof figure === "number") return `${format(figure)}${suffix}`;
  const range = figure.min === figure.max ? "" : ` (${format(figure.min)}–${format(figure.max)})`;
  return `${format(figure.median)}${suffix}${range}`;
}

function format(value: number): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return value.toLocaleString("en-US", { maximumFractionDigits: digits });
}
