import { inspect } from "node:util";
import type { ConsoleLevel } from "../isolate/realm.ts";
import { currentLogs } from "./context.ts";

const MAX_LINES = 256;
const MAX_LINE_LENGTH = 32_768;

/** `console.*` of pushed code: keeps the line for the caller's log, in the format of Convex (`[LOG] 'text' 1`). */
export function recordLogLine(level: ConsoleLevel, args: unknown[]): void {
  const logs = currentLogs();
  if (logs === null || logs.length > MAX_LINES) return;
  if (logs.length === MAX_LINES) {
    logs.push("[ERROR] 'Log overflow (maximum 256). Remaining log lines omitted.'");
    return;
  }
  logs.push(`[${level.toUpperCase()}] ${args.map(format).join(" ")}`.slice(0, MAX_LINE_LENGTH));
}

function format(value: unknown): string {
  return inspect(value, { depth: 4, breakLength: Infinity, maxArrayLength: 100, maxStringLength: MAX_LINE_LENGTH });
}
