import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { COMPILE_CACHE } from "./support/compileCache.ts";
import { createDataFolder, type DataFolder, launch, type Launched } from "./support/launch.ts";

let folder: DataFolder;
let running: Launched[] = [];

beforeEach(() => {
  folder = createDataFolder();
});

afterEach(async () => {
  await Promise.all(running.map((target) => target.kill("SIGKILL")));
  running = [];
  folder.dispose();
});

async function start(options: Parameters<typeof launch>[1] = {}): Promise<Launched> {
  const target = await launch(folder, { ...options, env: { ...COMPILE_CACHE, ...options.env } });
  running.push(target);
  return target;
}

describe("the command", () => {
  it("ends with code 0 on SIGTERM and when the parent's pipe closes", { timeout: 20_000 }, async () => {
    const first = await start();
    expect(await first.kill("SIGTERM")).toBe(0);
    const second = await start();
    const ended = new Promise((resolve) => second.process.once("exit", resolve));
    second.process.stdin!.end();
    expect(await ended).toBe(0);
  });

  it("says in one line that a port is in use", { timeout: 20_000 }, async () => {
    const first = await start();
    const other = createDataFolder();
    try {
      const port = Number(new URL(first.cloudUrl).port);
      await expect(launch(other, { ports: [port, 0] })).rejects.toThrow(
        new RegExp(`^embedded-convex: Port ${port} on 127.0.0.1 is in use by another program.\\n$`),
      );
    } finally {
      other.dispose();
    }
  });
});
