import { SyncClient } from "../lib/load.ts";
import { figureOf, percentile } from "../lib/stats.ts";
import { GROUPS, measureLoad, type Settings, Target } from "../lib/target.ts";

const SUBSCRIBERS = 100;
const UNRELATED = 1000;
const UNRELATED_CONNECTIONS = 10;
const WRITERS = 50;
const WATCHED_GROUP = GROUPS;
/** Writes come at random moments about this far apart, as people make them. */
const MEAN_GAP_MS = 20;

/** From sending a mutation to its arrival at each of 100 subscribers; and what 1,000 unrelated live queries change in that. */
export async function push(settings: Settings): Promise<object> {
  const target = await Target.create();
  try {
    await target.fill(settings.smallCount);
    const subscribers = await watch(target);
    const alone: Latency[] = [];
    const beside: Latency[] = [];
    await pushLatency(target, subscribers, settings.durationMs);
    for (let repeat = 0; repeat < settings.repeats; repeat++) {
      alone.push(await pushLatency(target, subscribers, settings.durationMs));
      const unrelated = await subscribeUnrelated(target);
      beside.push(await pushLatency(target, subscribers, settings.durationMs));
      for (const client of unrelated) client.close();
    }
    for (const client of subscribers) client.close();
    return {
      subscribers100: latencyFigures(alone),
      subscribers100Beside1000: latencyFigures(beside),
      mutationsBeside1000: await costOfUnrelated(target, settings),
    };
  } finally {
    await target.remove();
  }
}

interface Latency {
  p50Ms: number;
  p99Ms: number;
}

async function watch(target: Target): Promise<SyncClient[]> {
  const connecting = Array.from({ length: SUBSCRIBERS }, () => SyncClient.connect(target.launched.cloudUrl));
  const clients = await Promise.all(connecting);
  const query = { udfPath: "items:list", args: { group: WATCHED_GROUP, limit: 20 } };
  await Promise.all(clients.map((client) => client.subscribe([query])));
  return clients;
}

async function pushLatency(target: Target, subscribers: SyncClient[], durationMs: number): Promise<Latency> {
  const writer = await SyncClient.connect(target.launched.cloudUrl);
  const latencies: number[] = [];
  const end = performance.now() + durationMs;
  let n = target.documents;
  while (performance.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 2 * MEAN_GAP_MS));
    const sentAt = performance.now();
    const arrivals = subscribers.map(
      (subscriber) =>
        new Promise<void>((resolve) => {
          subscriber.onPush = () => {
            latencies.push(performance.now() - sentAt);
            resolve();
          };
        }),
    );
    await Promise.all([writer.mutation("items:insert", { group: WATCHED_GROUP, n: n++ }), ...arrivals]);
  }
  writer.close();
  latencies.sort((a, b) => a - b);
  return { p50Ms: percentile(latencies, 0.5), p99Ms: percentile(latencies, 0.99) };
}

function latencyFigures(list: readonly Latency[]): object {
  return { p50Ms: figureOf(list.map(({ p50Ms }) => p50Ms)), p99Ms: figureOf(list.map(({ p99Ms }) => p99Ms)) };
}

/** Live queries of groups that nobody writes to. */
async function subscribeUnrelated(target: Target): Promise<SyncClient[]> {
  const share = UNRELATED / UNRELATED_CONNECTIONS;
  return Promise.all(
    Array.from({ length: UNRELATED_CONNECTIONS }, async (_, connection) => {
      const client = await SyncClient.connect(target.launched.cloudUrl);
      await client.subscribe(
        Array.from({ length: share }, (_unused, query) => ({
          udfPath: "items:list",
          args: { group: WATCHED_GROUP + 1 + connection * share + query, limit: 20 },
        })),
      );
      return client;
    }),
  );
}

/** Mutations per second without and with them, in turn; the ratio is that of neighbours in time. */
async function costOfUnrelated(target: Target, settings: Settings): Promise<object> {
  const without: number[] = [];
  const together: number[] = [];
  const ratios: number[] = [];
  const cpuRatios: number[] = [];
  const load = async () => {
    const writers = await target.writers(WRITERS);
    const result = await measureLoad(target, writers.requests, settings.durationMs);
    writers.close();
    return result;
  };
  await load();
  for (let repeat = 0; repeat < settings.repeats; repeat++) {
    // Whether the one or the other comes first alternates, so that a drift of the machine falls on both.
    const order = repeat % 2 === 0 ? ["without", "with"] : ["with", "without"];
    const results: Record<string, Awaited<ReturnType<typeof load>>> = {};
    for (const kind of order) {
      const unrelated = kind === "with" ? await subscribeUnrelated(target) : [];
      results[kind] = await load();
      for (const client of unrelated) client.close();
    }
    without.push(results.without!.perSecond);
    together.push(results.with!.perSecond);
    ratios.push(results.with!.perSecond / results.without!.perSecond);
    cpuRatios.push(results.with!.cpuMicrosPerCall / results.without!.cpuMicrosPerCall);
  }
  return {
    perSecondWithout: figureOf(without),
    perSecondWith: figureOf(together),
    throughputRatio: figureOf(ratios),
    cpuRatio: figureOf(cpuRatios),
  };
}
