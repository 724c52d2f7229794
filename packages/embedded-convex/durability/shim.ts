/** Builds the LD_PRELOAD shim and reads its log. */
import { execFileSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const COMPILER = process.env.CC ?? "cc";
const SOURCE = fileURLToPath(new URL("./shim.c", import.meta.url));

/** A compiled shim in a folder of its own. */
export interface Shim {
  /** Environment variables for the process to watch. */
  env: Record<string, string>;
  /**
   * Makes calls of the process fail from now on, from the `first`-th one: those of the operation on files with `part` in their
   * path. null ends it.
   */
  fail(fault: Fault | null): Promise<void>;
  read(): Promise<ShimLog>;
  dispose(): Promise<void>;
}

/** What is to fail; see `shim.c`. */
export interface Fault {
  operation: "write" | "sync" | "rename" | "unlink";
  part: string;
  error: "EIO" | "ENOSPC";
  first?: number;
}

/** What happened, in order. */
export interface ShimLog {
  events: ShimEvent[];
}

/** A line of the shim's log; see `shim.c`. */
export interface ShimEvent {
  kind: "wal" | "sync" | "nosync" | "send";
  markers: string[];
}

/** Is there what the shim needs: Linux and a C compiler? Says so loudly when there is not. */
export function canBuildShim(): boolean {
  try {
    if (process.platform !== "linux") throw new Error("it needs Linux");
    execFileSync(COMPILER, ["--version"], { stdio: "ignore" });
    return true;
  } catch (error) {
    console.error(`\n\n!!! THE DURABILITY TESTS ARE SKIPPED: no C compiler "${COMPILER}" (${String(error)}) !!!\n\n`);
    return false;
  }
}

/** Compiles the shim. */
export function buildShim(): Shim {
  const dir = mkdtempSync(join(tmpdir(), "embedded-convex-shim-"));
  const library = join(dir, "shim.so");
  const log = join(dir, "log");
  const faultFile = join(dir, "fault");
  execFileSync(COMPILER, [
    "-O2",
    "-Wall",
    "-Wextra",
    "-Werror",
    "-shared",
    "-fPIC",
    "-o",
    library,
    SOURCE,
    "-ldl",
    "-lpthread",
  ]);
  return {
    env: { LD_PRELOAD: library, SHIM_LOG: log, SHIM_FAULT: faultFile },
    fail: (fault) =>
      fault === null
        ? rm(faultFile, { force: true })
        : writeFile(faultFile, `${fault.operation} ${fault.part} ${fault.error} ${fault.first ?? 1}`),
    read: async () => ({ events: parse(await readFile(log, "utf8")) }),
    dispose: () => rm(dir, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }),
  };
}

/**
 * The markers whose answer was sent before a successful sync that followed the writing of their commit: none, in a deployment
 * that keeps its promise. Markers that were never sent or never written are listed too.
 */
export function unsyncedAnswers({ events }: ShimLog, markers: readonly string[]): string[] {
  return markers.filter((marker) => {
    const written = events.findIndex(({ kind, markers: found }) => kind === "wal" && found.includes(marker));
    const synced = events.findIndex(({ kind }, index) => kind === "sync" && index > written);
    const sent = events.findIndex(({ kind, markers: found }) => kind === "send" && found.includes(marker));
    return !(written >= 0 && synced > written && sent > synced);
  });
}

function parse(log: string): ShimEvent[] {
  const lines = log.split("\n").filter((line) => line !== "");
  return lines.map((line) => {
    const [kind, ...markers] = line.split(" ");
    return { kind: kind as ShimEvent["kind"], markers };
  });
}
