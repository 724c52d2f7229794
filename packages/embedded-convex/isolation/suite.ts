/**
 * Functions that harm the deployment: they loop, fill the memory, throw where nobody catches, or leave such code behind. Whatever
 * they do, they fail, others are served within a stated time, nothing of them is stored, and memory comes back.
 */
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ConvexHttpClient } from "convex/browser";
import { anyApi } from "convex/server";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type AppCopy, convex, copyApp, deploy } from "../test/cli.ts";
import { Deployment } from "../test/deployment.ts";

const { attacks, nodeAttacks, notes } = anyApi;
const HEAP_MB = 128;
const TIME_LIMIT_MS = 400;
const HANG_LIMIT_MS = 1500;
/** From the call that harms until others are served again: the limit, its enforcement and a new worker, on a busy machine. */
const RECOVERY_MS = 20_000;

type Kind = "query" | "mutation" | "action" | "nodeAction" | "http";
type Case = readonly [kind: Kind, name: string];

export interface HarmCases {
  /** Fail, and cost their worker. */
  fatal: readonly Case[];
  /** Are left behind by a function that itself succeeds. */
  leftBehind: readonly Case[];
  /** Loop after the function has returned. */
  loopsAfterwards: readonly Case[];
}

let deployment: Deployment;
let app: AppCopy;
let http: ConvexHttpClient;
let count = 0;

function startDeployment(): void {
  beforeAll(async () => {
    deployment = await Deployment.start({
      processEnv: {
        EMBEDDED_CONVEX_TIME_LIMIT_MS: String(TIME_LIMIT_MS),
        EMBEDDED_CONVEX_ACTION_HANG_LIMIT_MS: String(HANG_LIMIT_MS),
        HOST_SECRET: "of the operator",
      },
      args: ["--heap-mb", String(HEAP_MB)],
    });
    app = await copyApp(new URL("./app/", import.meta.url));
    await deploy(deployment, app);
    http = new ConvexHttpClient(deployment.cloudUrl, { logger: false });
  }, 60_000);

  afterAll(async () => {
    await deployment?.dispose();
    await app?.dispose();
  });
}

/** Resident memory of the process, MB. */
function residentMb(): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${deployment.pid}/status`, "utf8"))![1]) / 1024;
}

function harm(kind: Kind, name: string): Promise<unknown> {
  const args = { harm: name };
  switch (kind) {
    case "query":
      return http.query(attacks!.inQuery!, args);
    case "mutation":
      return new ConvexHttpClient(deployment.cloudUrl, { logger: false }).mutation(attacks!.inMutation!, args);
    case "action":
      return http.action(attacks!.inAction!, args);
    case "nodeAction":
      return http.action(nodeAttacks!.inAction!, args);
    case "http":
      return fetch(`${deployment.siteUrl}/harm/${name}`).then(async (response) => {
        if (!response.ok) throw new Error(await response.text());
      });
  }
}

/** An action that had begun on the same worker ends with it: it runs at most once, so it is for the caller to try again. */
async function unlessInterrupted(call: () => Promise<unknown>): Promise<unknown> {
  try {
    return await call();
  } catch (error) {
    // HTTP actions do not tell their callers what went wrong.
    if (!/interrupted|couldn't be completed/.test(String(error))) throw error;
    return await call();
  }
}

/** Calls of all kinds by others, while the harm is done; rejects when they are not served in time. */
async function innocent(): Promise<void> {
  const text = `innocent ${count++}`;
  const client = new ConvexHttpClient(deployment.cloudUrl, { logger: false });
  const served = Promise.all([
    // A write without a number is not repeated when the thread ends between its commit and its answer.
    unlessInterrupted(() => client.mutation(notes!.add!, { text })),
    client.query(notes!.list!, {}),
    unlessInterrupted(() => client.action(notes!.echo!, { text })),
    unlessInterrupted(async () => {
      const response = await fetch(`${deployment.siteUrl}/echo`);
      if (!response.ok) throw new Error(await response.text());
    }),
  ]);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`not served within ${RECOVERY_MS} ms\n${deployment.log}`)), RECOVERY_MS);
  });
  await Promise.race([served, late]).finally(() => clearTimeout(timer));
}

async function stored(): Promise<string[]> {
  return (await http.query(notes!.list!, {})) as string[];
}

/** Registers the tests: a deployment of their own, and a test for each case. */
export function isolationSuite(cases: HarmCases): void {
  startDeployment();

  describe("functions that harm", { timeout: 60_000 }, () => {
    it.each(cases.fatal)("fail in a %s that does %s, and others are served", async (kind, name) => {
      const before = deployment.pid;
      const harmful = harm(kind, name).then(
        () => "survived",
        () => "failed",
      );
      await innocent();
      expect(await harmful).toBe("failed");
      expect(deployment.pid).toBe(before);
      expect(await stored()).not.toContain(`harm ${name}`);
    });

    it.each(cases.leftBehind)("are alone with it when a %s leaves a %s behind", async (kind, name) => {
      await harm(kind, name);
      await innocent();
    });

    // Among others, so that it is not clear whose loop it is.
    it.each(cases.loopsAfterwards)("are ended when a %s leaves a loop behind (%s)", async (kind, name) => {
      const before = deployment.pid;
      // Whether its answer still gets out is a matter of chance.
      const harmful = harm(kind, name).catch((error: unknown) =>
        expect(String(error)).toMatch(/interrupted|was ended|couldn't be completed/),
      );
      await Promise.all([innocent(), innocent()]);
      await harmful;
      await innocent();
      expect(deployment.pid).toBe(before);
    });

    it("are ended when a loop is left behind in a thread that has just started", async () => {
      // The first ends the thread, and the second is sent again to the next one.
      const failing = [harm("query", "loop"), harm("query", "chain")].map((call) => expect(call).rejects.toThrow());
      await Promise.all([...failing, innocent()]);
    });

    it("cannot end their thread by process.exit(), nor see the operator's environment", async () => {
      await expect(http.action(nodeAttacks!.exit!, {})).rejects.toThrow("not available");
      const seen = (await http.action(nodeAttacks!.environment!, {})) as { module: string[]; global: string[] };
      expect(seen.module).toEqual(seen.global);
      expect(seen.module.toSorted()).toEqual(["CONVEX_CLOUD_URL", "CONVEX_SITE_URL"]);
      expect(await http.action(nodeAttacks!.childEnvironment!, {})).not.toContain("HOST_SECRET");
    });

    it("reach the network from Node's modules only where fetch may", async () => {
      const port = Number(new URL(deployment.cloudUrl).port);
      const attempts = (await http.action(nodeAttacks!.connect!, { port })) as Record<string, string>;
      expect(Object.keys(attempts)).toHaveLength(12);
      expect(Object.entries(attempts).filter(([, outcome]) => outcome !== "OUTBOUND_REFUSED")).toEqual([]);
    });

    it("do not keep the memory they took", () => {
      expect(residentMb()).toBeLessThan(3 * HEAP_MB + 200);
    });
  });
}

/** A push whose modules loop is given up, and no action that runs meanwhile ends with it. */
export async function expectLoopingPushToFail(): Promise<void> {
  const waiting = http.action(notes!.wait!, { ms: 2500 });
  await writeFile(join(app.dir, "convex/loops.ts"), "for (;;);\nexport {};\n");
  const args = ["deploy", "--yes", "--typecheck", "disable", "--codegen", "disable"];
  await expect(convex(deployment, app, args)).rejects.toThrow("one of them loops");
  expect(await waiting).toBe(2500);
  await innocent();
}

/** V8 looks at nothing while it fills a huge array: the thread cannot be ended, and the process replaces itself on its ports. */
export async function expectProcessToReplaceItself(): Promise<void> {
  const before = await stored();
  await expect(harm("query", "hugeArray")).rejects.toThrow();
  await vi.waitFor(() => innocent(), { timeout: 30_000, interval: 200 });
  expect(deployment.log).toContain("Starting again");
  expect((await stored()).slice(0, before.length)).toEqual(before);
}
