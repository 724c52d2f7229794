import { ConvexHttpClient } from "convex/browser";
import { makeFunctionReference } from "convex/server";
import { SyncClient } from "../lib/load.ts";
import { figureOf, percentile } from "../lib/stats.ts";
import { type Settings, Target } from "../lib/target.ts";

const PER_REPEAT = 100;
const DELAYS_MS = [0, 100];
const starts = makeFunctionReference<"query", Record<string, never>, number[]>("items:starts");

/** How late scheduled mutations start, ms (by the deployment's own clock, which counts whole milliseconds). */
export async function scheduled(settings: Settings): Promise<object> {
  const target = await Target.create();
  try {
    const http = new ConvexHttpClient(target.launched.cloudUrl, { logger: false });
    const client = await SyncClient.connect(target.launched.cloudUrl);
    const result: Record<string, object> = {};
    let known = 0;
    for (const delayMs of DELAYS_MS) {
      const p50: number[] = [];
      const p99: number[] = [];
      for (let repeat = 0; repeat < settings.repeats; repeat++) {
        for (let call = 0; call < PER_REPEAT; call++) {
          await client.mutation("items:startLater", { delayMs });
          await new Promise((resolve) => setTimeout(resolve, Math.random() * 10));
        }
        const late = (await allStarts(http, known + PER_REPEAT)).slice(known).sort((a, b) => a - b);
        known += PER_REPEAT;
        p50.push(percentile(late, 0.5));
        p99.push(percentile(late, 0.99));
      }
      result[`after${delayMs}Ms`] = { p50Ms: figureOf(p50), p99Ms: figureOf(p99) };
    }
    client.close();
    return result;
  } finally {
    await target.remove();
  }
}

async function allStarts(http: ConvexHttpClient, count: number): Promise<number[]> {
  for (;;) {
    const late = await http.query(starts, {});
    if (late.length >= count) return late;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
