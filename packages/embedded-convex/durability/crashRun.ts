/** Kills a deployment again and again under load, and finds out whether it kept its promises. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { copyApp, deploy } from "../test/cli.ts";
import { Deployment } from "../test/deployment.ts";
import { type Caller, Ledger, Network, startHttpCaller, startSocketCaller } from "./crashClients.ts";
import { type Chance, chanceOf } from "./crashRandom.ts";
import { readTruth, type Truth, violationsOf } from "./crashTruth.ts";
import type { Shim } from "./shim.ts";

export interface CrashOptions {
  seed: number;
  kills: number;
  socketClients: number;
  httpClients: number;
  /** For kills at exact points; without it all are at random times. */
  shim: Shim | null;
  /** A module to preload into the deployment's threads. */
  preload?: URL;
}

/** What came of it. */
export interface CrashReport {
  /** Broken promises, in sentences. */
  violations: string[];
  truth: Truth;
  ledger: Ledger;
  /** Kills by kind. */
  kills: Record<string, number>;
  /** Kills while calls waited for an answer. */
  killsWithWaiting: number;
}

/** The figures of a run, in a line. */
export function summaryOf({ truth, ledger, kills, killsWithWaiting }: CrashReport): string {
  const states = Object.groupBy(truth.jobs, ({ name, state }) => `${name} ${state}`);
  const jobs = Object.entries(states).map(([key, all]) => `${all!.length} ${key}`);
  return [
    `kills ${JSON.stringify(kills)}, ${killsWithWaiting} of them with calls under way`,
    `${ledger.sent.size} mutations sent, ${ledger.acknowledged.size} acknowledged, ${truth.records.length} applied`,
    jobs.join(", "),
  ].join("; ");
}

/** Before a commit is synced, between commit and answer, before something is sent; or whenever. */
type KillPoint = "time" | "wal" | "sync" | "send";

const POINTS: readonly KillPoint[] = ["time", "sync", "sync", "wal", "send"];
const MAX_UPTIME_MS = 250;
/** A kill point that is not reached: the process is killed by the clock. */
const POINT_TIMEOUT_MS = 1200;
const LAST_POINT = { time: 0, wal: 60, sync: 50, send: 250 } as const;

/** Runs the whole test; the deployment is gone afterwards. */
export async function crash(options: CrashOptions): Promise<CrashReport> {
  const chance = chanceOf(options.seed);
  const cache = await mkdtemp(join(tmpdir(), "embedded-convex-cache-"));
  const processEnv = {
    // Starts take half as long.
    NODE_COMPILE_CACHE: cache,
  };
  const network = new Network();
  const deployment = await Deployment.start({ processEnv, preload: options.preload });
  const ledger = new Ledger();
  let callers: Caller[] = [];
  try {
    const app = await copyApp(new URL("./app/", import.meta.url));
    await deploy(deployment, app);
    await app.dispose();
    callers = startCallers(deployment.cloudUrl, options, chance, ledger);
    const killing = await killAgainAndAgain({ deployment, options, chance, ledger, network });
    await Promise.all(callers.map((caller) => caller.stop()));
    callers = [];
    const truth = await readTruth({ url: deployment.cloudUrl, adminKey: deployment.adminKey });
    return { ...killing, truth, ledger, violations: violationsOf(truth, ledger) };
  } finally {
    await Promise.race([Promise.all(callers.map((caller) => caller.stop())), sleep(1000)]);
    await deployment.dispose();
    network.dispose();
    await rm(cache, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}

function startCallers(url: string, options: CrashOptions, chance: Chance, ledger: Ledger): Caller[] {
  const own = () => chanceOf(chance.integer(0, 2 ** 31));
  const sockets = Array.from({ length: options.socketClients }, (_, index) =>
    startSocketCaller(url, `socket${index}`, own(), ledger),
  );
  const http = Array.from({ length: options.httpClients }, (_, index) =>
    startHttpCaller(url, `http${index}`, own(), ledger),
  );
  return [...sockets, ...http];
}

async function killAgainAndAgain(run: {
  deployment: Deployment;
  options: CrashOptions;
  chance: Chance;
  ledger: Ledger;
  network: Network;
}): Promise<Pick<CrashReport, "kills" | "killsWithWaiting">> {
  const { deployment, options, chance, ledger, network } = run;
  const kills: Record<string, number> = {};
  let killsWithWaiting = 0;
  const count = (how: string): void => {
    kills[how] = (kills[how] ?? 0) + 1;
    if (ledger.waiting > 0) killsWithWaiting += 1;
  };
  // The first kill meets the process that the app was deployed to.
  await sleep(chance.integer(20, MAX_UPTIME_MS));
  await deployment.kill();
  count("time");
  for (let kill = 1; kill < options.kills; kill += 1) {
    const point = options.shim === null ? "time" : chance.pick(POINTS);
    if (point === "time") count(await killByTime(deployment, chance.integer(0, MAX_UPTIME_MS), network));
    else
      count(await killAtPoint(deployment, options.shim!, `${point} ${chance.integer(1, LAST_POINT[point])}`, network));
  }
  await deployment.startProcess();
  network.isBack();
  return { kills, killsWithWaiting };
}

async function killByTime(deployment: Deployment, uptimeMs: number, network: Network): Promise<string> {
  await deployment.startProcess();
  network.isBack();
  await sleep(uptimeMs);
  await deployment.kill();
  return "time";
}

/** The process kills itself at the `n`-th event. Tells which it was, or that it was during the start, or never reached. */
async function killAtPoint(deployment: Deployment, shim: Shim, point: string, network: Network): Promise<string> {
  try {
    await deployment.startProcess({ LD_PRELOAD: shim.env.LD_PRELOAD!, SHIM_KILL: point });
  } catch (error) {
    if (String(error).includes("SIGKILL")) return "start";
    throw error;
  }
  network.isBack();
  if (!deployment.isRunning) return point.split(" ")[0]!;
  try {
    await deployment.exited(POINT_TIMEOUT_MS);
    return point.split(" ")[0]!;
  } catch {
    await deployment.kill();
    return "late";
  }
}
