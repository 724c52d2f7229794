import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { freePort, freePorts, Stack, type StackPorts } from "./support/stack.ts";

let folder: string;
let ports: StackPorts;
let stacks: Stack[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "start-"));
  ports = await freePorts();
  stacks = [];
});
afterEach(async () => {
  for (const stack of stacks) await stack.stop();
  await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
});

function start(env: Record<string, string> = {}): Stack {
  const stack = new Stack(folder, ports, env);
  stacks.push(stack);
  return stack;
}

const isServing = (url: string) =>
  fetch(url, { signal: AbortSignal.timeout(5_000) }).then(
    (response) => response.ok,
    () => false,
  );

describe("node scripts/run.mjs start", () => {
  it("serves, ends without leftovers on SIGTERM, and keeps its data over a second start", async () => {
    const first = start();
    await first.ready();
    expect((await fetch(`${first.siteUrl}/health`)).status).toBe(200);
    expect(await isServing(`${first.webUrl}/signin`)).toBe(true);
    expect((await stat(join(folder, "secrets.env"))).mode & 0o777).toBe(0o600);
    const secrets = await readFile(join(folder, "secrets.env"), "utf8");
    const { pid } = JSON.parse(await readFile(join(folder, "stack.json"), "utf8"));

    expect(await first.stop()).toBe(0);
    expect(await isServing(`${first.siteUrl}/health`)).toBe(false);
    expect(await isServing(`${first.webUrl}/signin`)).toBe(false);
    expect(() => process.kill(pid, 0)).toThrow();
    await expect(stat(join(folder, "stack.json"))).rejects.toThrow();

    const second = start();
    await second.ready();
    expect(second.lines.join("\n")).not.toMatch(/Deploying|Building/);
    expect((await fetch(`${second.siteUrl}/health`)).status).toBe(200);
    expect(await readFile(join(folder, "secrets.env"), "utf8")).toBe(secrets);
  });

  it("refuses a second stack on the same folder", async () => {
    const first = start();
    await first.ready();
    const twin = new Stack(folder, await freePorts());
    expect(await twin.ended).toBe(1);
    expect(twin.lines).toEqual([expect.stringMatching(/already runs on .*PATCHBAY_DATA/)]);
  });

  it("ends when the process that started it disappears", async () => {
    const stack = start();
    await stack.ready();
    stack.process.kill("SIGKILL");
    await stack.ended;
    await expect
      .poll(async () => (await isServing(`${stack.siteUrl}/health`)) || (await isServing(`${stack.webUrl}/signin`)), {
        timeout: 20_000,
      })
      .toBe(false);
  });

  it("stops with one line that names a busy port", async () => {
    const squatter = createServer();
    await new Promise<void>((resolve) => squatter.listen(ports.site, "127.0.0.1", resolve));
    const stack = start();
    expect(await stack.ended).toBe(1);
    expect(stack.lines).toEqual([expect.stringMatching(/Port \d+ is in use.*PATCHBAY_SITE_PORT/)]);
    await new Promise((resolve) => squatter.close(resolve));
  });

  it("stops with one line that names an unwritable data folder", async () => {
    await writeFile(join(folder, "file"), "");
    const stack = new Stack(join(folder, "file/data"), { ...ports, web: await freePort() });
    expect(await stack.ended).toBe(1);
    expect(stack.lines).toEqual([expect.stringMatching(/data folder .* cannot be written.*PATCHBAY_DATA/)]);
  });

  it("names a secret that is missing while data is present", async () => {
    const first = start();
    await first.ready();
    await first.stop();
    const file = join(folder, "secrets.env");
    const kept = (await readFile(file, "utf8")).split("\n").filter((line) => !line.startsWith("PATCHBAY_KEYRING="));
    await writeFile(file, kept.join("\n"));
    const second = start();
    expect(await second.ended).toBe(1);
    expect(second.lines).toEqual([expect.stringMatching(/needs the secret PATCHBAY_KEYRING/)]);
  });
});
