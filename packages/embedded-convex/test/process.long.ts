/** The command, killed and told to end in the middle of what it does. */
import { ConvexHttpClient } from "convex/browser";
import { anyApi } from "convex/server";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { COMPILE_CACHE } from "./support/compileCache.ts";
import { createDataFolder, type DataFolder, deploySample, launch, type Launched } from "./support/launch.ts";

const messages = anyApi.messages!;
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

function clientOf(target: Launched): ConvexHttpClient {
  return new ConvexHttpClient(target.cloudUrl, { logger: false });
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 20));
}

describe("the command", () => {
  it(
    "keeps acknowledged data and pending jobs across kill -9, and needs no second push",
    { timeout: 30_000 },
    async () => {
      const first = await start();
      await deploySample(first);
      const channel = await clientOf(first).mutation(messages.createChannel!, { name: "kept" });
      await clientOf(first).mutation(messages.send!, { channel, author: "a", body: "acknowledged" });
      await clientOf(first).mutation(messages.sendLater!, { channel, body: "scheduled", delayMs: 400 });
      await first.kill("SIGKILL");

      const second = await start();
      const bodies = async () =>
        ((await clientOf(second).query(messages.list!, { channel, limit: 10 })) as { body: string }[]).map(
          ({ body }) => body,
        );
      expect(await bodies()).toContain("acknowledged");
      await until(async () => (await bodies()).includes("scheduled"));
      expect(await bodies()).toEqual(["scheduled", "acknowledged"]);
    },
  );

  it("ends when it is told to, also while a function loops", { timeout: 40_000 }, async () => {
    const target = await start({ env: { EMBEDDED_CONVEX_TIME_LIMIT_MS: "60000" } });
    await deploySample(target);
    const looping = clientOf(target).query(messages.loopingQuery!, {});
    const ended = expect(looping).rejects.toThrow();
    const probe = () => clientOf(target).mutation(messages.createChannel!, { name: "probe" });
    const unanswered: Promise<unknown>[] = [];
    await until(async () => {
      const answer = probe().then(
        () => "answered",
        () => "ended",
      );
      unanswered.push(answer);
      return (await Promise.race([answer, new Promise((resolve) => setTimeout(resolve, 300, "late"))])) === "late";
    });
    expect(await target.kill("SIGTERM")).toBe(0);
    await ended;
    expect(await Promise.all(unanswered)).toContain("ended");
  });

  it(
    "ends a mutation that loops, and applies the innocent ones that waited behind it exactly once",
    { timeout: 30_000 },
    async () => {
      const target = await start({ env: { EMBEDDED_CONVEX_TIME_LIMIT_MS: "600" } });
      await deploySample(target);
      const client = clientOf(target);
      const channel = (await client.mutation(messages.createChannel!, { name: "loop" })) as string;
      const send = (n: number) =>
        clientOf(target).mutation(messages.sendCounted!, { channel, author: "a", body: "innocent", n });
      const before = send(0);
      const guilty = client.mutation(messages.loop!, {});
      const innocent = [before, ...Array.from({ length: 10 }, (_, index) => send(index + 1))];
      await expect(guilty).rejects.toThrow("ended and rolled back");
      await Promise.all(innocent);
      const rows = (await client.query(messages.list!, { channel, limit: 100 })) as { n: number }[];
      expect(rows.map(({ n }) => n).sort((a, b) => a - b)).toEqual(Array.from({ length: 11 }, (_, index) => index));
      const [stored] = (await client.query(messages.channels!, {})) as { count: number }[];
      expect(stored!.count).toBe(11);
    },
  );
});
