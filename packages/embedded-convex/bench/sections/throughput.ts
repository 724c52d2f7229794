import { figureOf } from "../lib/stats.ts";
import { type Clients, type MeasuredLoad, measureLoad, type Settings, Target } from "../lib/target.ts";

/** Durable mutations over WebSockets and queries over HTTP, per second, with 1 and with 50 clients. */
export async function throughput(settings: Settings): Promise<object> {
  const target = await Target.create();
  try {
    await target.fill(settings.smallCount);
    const loads: Record<string, MeasuredLoad[]> = {
      mutations1: [],
      mutations50: [],
      queries1: [],
      queries50: [],
    };
    // One repeat of each in turn, so that a busy moment of the machine does not fall on one of them only.
    for (let repeat = -1; repeat < settings.repeats; repeat++) {
      for (const [name, list] of Object.entries(loads)) {
        const count = name.endsWith("50") ? 50 : 1;
        const clients: Clients = name.startsWith("mutations") ? await target.writers(count) : target.readers(count);
        const load = await measureLoad(target, clients.requests, settings.durationMs);
        await clients.close();
        // The first round warms up.
        if (repeat >= 0) list.push(load);
      }
    }
    return Object.fromEntries(Object.entries(loads).map(([name, list]) => [name, summaryOf(list)]));
  } finally {
    await target.remove();
  }
}

/** The figures of repeated loads. */
export function summaryOf(loads: readonly MeasuredLoad[]): object {
  return {
    perSecond: figureOf(loads.map((load) => load.perSecond)),
    p50Ms: figureOf(loads.map((load) => load.p50Ms)),
    p99Ms: figureOf(loads.map((load) => load.p99Ms)),
    cpuMicrosPerCall: figureOf(loads.map((load) => load.cpuMicrosPerCall)),
  };
}
