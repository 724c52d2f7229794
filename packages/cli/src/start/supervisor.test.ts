import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Child, runToEnd } from "./child.ts";
import { Supervisor } from "./supervisor.ts";

let folder: string;
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), "supervisor-"))));
afterEach(async () => {
  await Child.stopAll();
  await rm(folder, { recursive: true, force: true });
});

const child = (script: string) =>
  new Child({
    name: "Probe",
    command: process.execPath,
    args: ["-e", script],
    cwd: folder,
    env: process.env,
    logFile: join(folder, "probe.log"),
  });
const untilKilled = `console.log("up"); process.stdin.resume().on("end", () => process.exit(0)); setInterval(() => {}, 1e6);`;

describe("Child", () => {
  it("reports its last lines when it ends before it is ready", async () => {
    const failing = child(`console.error("Port 1 is in use"); process.exit(1);`);
    await expect(failing.waitForLine(() => null)).rejects.toThrow("Port 1 is in use");
  });

  it("is told to end and does", async () => {
    const running = child(untilKilled);
    await running.waitForLine((line) => (line === "up" ? true : null));
    await running.stop();
    expect(running.isRunning).toBe(false);
  });
});

describe("runToEnd", () => {
  it("fails with what the child printed", async () => {
    const options = {
      name: "Step",
      command: process.execPath,
      cwd: folder,
      env: process.env,
      logFile: join(folder, "l"),
    };
    const args = ["-e", `console.error("no such table"); process.exit(3)`];
    await expect(runToEnd({ ...options, args, timeoutMs: 20_000 })).rejects.toThrow(/Step failed[\s\S]*no such table/);
  });
});

describe("Supervisor", () => {
  it("starts a killed service again and ends it when told", async () => {
    const started: Child[] = [];
    const reported: string[] = [];
    const supervisor = new Supervisor((line) => reported.push(line));
    await supervisor.add("probe", async () => {
      const next = child(untilKilled);
      await next.waitForLine((line) => (line === "up" ? true : null));
      started.push(next);
      return next;
    });
    process.kill(started[0]!.pid!, "SIGKILL");
    await vi.waitFor(() => expect(started).toHaveLength(2), { timeout: 10_000 });
    expect(reported.join()).toContain("was ended by SIGKILL");
    await supervisor.stop();
    expect(started[1]!.isRunning).toBe(false);
  });

  it("passes on why a first start failed", async () => {
    const supervisor = new Supervisor(() => undefined);
    await expect(supervisor.add("probe", () => Promise.reject(new Error("no room")))).rejects.toThrow("no room");
  });
});
