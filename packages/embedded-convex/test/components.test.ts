import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { ConvexHttpClient } from "convex/browser";
import { anyApi } from "convex/server";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RunningDeployment, startDeployment } from "../src/index.ts";
import { deploySample, runConvexCli } from "./support/launch.ts";

const adminKey = "embedded|0123456789abcdef0123456789abcdef";
const folder = mkdtempSync(path.join(tmpdir(), "embedded-convex-components-"));
const counting = anyApi.counting!;
let deployment: RunningDeployment;
let client: ConvexHttpClient;

function start(): Promise<RunningDeployment> {
  return startDeployment({ dataFolder: folder, host: "127.0.0.1", port: 0, sitePort: 0, adminKey, sync: "off" });
}

beforeAll(async () => {
  deployment = await start();
  await deploySample({ cloudUrl: deployment.cloudUrl, adminKey });
  client = new ConvexHttpClient(deployment.cloudUrl, { logger: false });
}, 60_000);

afterAll(async () => {
  await deployment.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
});

describe("components", () => {
  it("have tables of their own, per installation", async () => {
    expect(await client.mutation(counting.count!, { name: "own" })).toBe(1);
    expect(await client.mutation(counting.count!, { name: "own" })).toBe(2);
    const [first, second] = (await client.query(counting.both!, { name: "own" })) as { value: number }[];
    expect([first!.value, second!.value]).toEqual([2, 0]);
  });

  it("write in the caller's transaction; a failure takes back only what the component wrote", async () => {
    expect(await client.mutation(counting.countAndCatch!, { name: "caught" })).toBe("caught");
    const [counter] = (await client.query(counting.both!, { name: "caught" })) as { value: number }[];
    expect(counter!.value).toBe(0);
    const channels = (await client.query(anyApi.messages!.channels!, {})) as { name: string }[];
    expect(channels.map(({ name }) => name)).toContain("caught");
  });

  it("do not learn who calls the app", async () => {
    const admin = new ConvexHttpClient(deployment.cloudUrl, { logger: false });
    const acting = { subject: "ada", issuer: "test", tokenIdentifier: "test|ada" };
    (admin as unknown as { setAdminAuth(key: string, identity: object): void }).setAdminAuth(adminKey, acting);
    expect(await admin.query(anyApi.messages!.viewer!, {})).toBe("ada");
    expect(await admin.query(counting.both!, { name: "who" })).toMatchObject([{ caller: null }, { caller: null }]);
  });

  it("schedule their own functions", async () => {
    await client.mutation(counting.count!, { name: "later" });
    await client.mutation(counting.reset!, { name: "later" });
    const value = async () =>
      ((await client.query(counting.both!, { name: "later" })) as { value: number }[])[0]!.value;
    await expect.poll(value, { timeout: 5000 }).toBe(0);
  });

  it("are closed to browsers and open to the CLI", { timeout: 30_000 }, async () => {
    const direct = fetch(`${deployment.cloudUrl}/api/mutation`, {
      method: "POST",
      body: JSON.stringify({ path: "counts:add", componentPath: "second", args: { name: "x" } }),
    });
    expect((await direct).status).toBe(560);
    const target = { cloudUrl: deployment.cloudUrl, adminKey };
    expect(await runConvexCli(target, ["run", "--component", "second", "counts:add", '{"name":"cli"}'])).toContain("1");
    expect(await runConvexCli(target, ["data", "--component", "second"])).toContain("counts");
  });

  it("are there after a restart", { timeout: 30_000 }, async () => {
    await client.mutation(counting.count!, { name: "kept" });
    await deployment.stop();
    deployment = await start();
    client = new ConvexHttpClient(deployment.cloudUrl, { logger: false });
    expect(await client.mutation(counting.count!, { name: "kept" })).toBe(2);
  });
});
