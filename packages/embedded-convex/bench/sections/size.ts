import { figureOf } from "../lib/stats.ts";
import { type Clients, measureLoad, type MeasuredLoad, type Settings, Target } from "../lib/target.ts";
import { summaryOf } from "./throughput.ts";

const CLIENTS = 50;

/** Inserts and indexed reads at 10 thousand and at 1 million documents: two deployments, measured in turn. */
export async function size(settings: Settings): Promise<object> {
  const small = await Target.filled(settings.smallCount);
  const large = await Target.filled(settings.largeCount);
  try {
    const inserts = await compare([small, large], settings, (target) => target.writers(CLIENTS));
    const reads = await compare([small, large], settings, async (target) => target.readers(CLIENTS));
    return {
      documents: { small: settings.smallCount, large: settings.largeCount },
      inserts,
      reads,
    };
  } finally {
    await small.remove();
    await large.remove();
  }
}

async function compare(
  targets: [Target, Target],
  settings: Settings,
  connect: (target: Target) => Promise<Clients>,
): Promise<object> {
  const loads: [MeasuredLoad[], MeasuredLoad[]] = [[], []];
  for (let repeat = -1; repeat < settings.repeats; repeat++) {
    for (const which of repeat % 2 === 0 ? [0, 1] : [1, 0]) {
      const clients = await connect(targets[which]!);
      const load = await measureLoad(targets[which]!, clients.requests, settings.durationMs);
      await clients.close();
      if (repeat >= 0) loads[which]!.push(load);
    }
  }
  const [small, large] = loads;
  const ratio = (pick: (load: MeasuredLoad) => number) =>
    figureOf(small.map((load, index) => pick(load) / pick(large[index]!)));
  return {
    small: summaryOf(small),
    large: summaryOf(large),
    /** How many times slower the large one is. */
    slowdown: ratio((load) => load.perSecond),
    cpuRatio: figureOf(small.map((load, index) => large[index]!.cpuMicrosPerCall / load.cpuMicrosPerCall)),
  };
}
