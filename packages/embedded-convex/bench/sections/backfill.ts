import { bundleApp, push } from "../lib/push.ts";
import { figureOf } from "../lib/stats.ts";
import { measureLoad, type MeasuredLoad, type Settings, Target } from "../lib/target.ts";

const WRITERS = 4;

/** A push with a new index on a large table, and what writers notice of it. */
export async function backfill(settings: Settings): Promise<object> {
  const target = await Target.filled(settings.largeCount);
  try {
    const withIndex = await bundleApp("schemaWithIndex");
    const writers = await target.writers(WRITERS);
    const quiet = await measureLoad(target, writers.requests, settings.durationMs);
    let isRunning = true;
    const startedAt = performance.now();
    const pushing = push(target.launched, withIndex).finally(() => (isRunning = false));
    const during = await measureLoad(target, writers.requests, () => isRunning);
    await pushing;
    const seconds = (performance.now() - startedAt) / 1000;
    writers.close();
    return {
      documents: settings.largeCount,
      seconds: figureOf([seconds]),
      documentsPerSecond: Math.round(settings.largeCount / seconds),
      writers: WRITERS,
      before: latency(quiet),
      during: latency(during),
    };
  } finally {
    await target.remove();
  }
}

function latency({ perSecond, p50Ms, p99Ms, maxMs }: MeasuredLoad): object {
  return { perSecond, p50Ms, p99Ms, maxMs };
}
