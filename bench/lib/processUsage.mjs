// What a process has used so far, from /proc (Linux only).
import { readFileSync } from "node:fs";

const TICKS_PER_SECOND = 100;

/** `{ cpuMs, peakMb }` of the process and its threads. */
export function processUsage(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const cpuMs = ((Number(fields[11]) + Number(fields[12])) * 1_000) / TICKS_PER_SECOND;
  const peakKb = Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? "0");
  return { cpuMs, peakMb: Math.round(peakKb / 1_024) };
}
