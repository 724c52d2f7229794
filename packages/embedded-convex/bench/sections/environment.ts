import { setVariable } from "../lib/push.ts";
import { figureOf } from "../lib/stats.ts";
import { measureLoad, type Settings, Target } from "../lib/target.ts";

const WRITERS = 4;
const CHANGES_PER_REPEAT = 10;

/** Changes of an environment variable beside writers: how long one takes, and the longest that a writer waits. */
export async function environment(settings: Settings): Promise<object> {
  const target = await Target.create();
  try {
    const writers = await target.writers(WRITERS);
    const quiet: number[] = [];
    const during: number[] = [];
    const changeMs: number[] = [];
    for (let repeat = 0; repeat < settings.repeats; repeat++) {
      quiet.push((await measureLoad(target, writers.requests, settings.durationMs)).maxMs);
      let isRunning = true;
      const load = measureLoad(target, writers.requests, () => isRunning);
      for (let change = 0; change < CHANGES_PER_REPEAT; change++) {
        const before = performance.now();
        await setVariable(target.launched, "BENCH", String(change));
        changeMs.push(performance.now() - before);
      }
      isRunning = false;
      during.push((await load).maxMs);
    }
    writers.close();
    return {
      changeMs: { ...figureOf(changeMs), values: [] },
      longestWaitMs: { without: figureOf(quiet), during: figureOf(during) },
    };
  } finally {
    await target.remove();
  }
}
