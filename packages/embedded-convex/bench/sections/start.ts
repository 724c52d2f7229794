import { createDataFolder, launch } from "../../test/support/launch.ts";
import { measure } from "../lib/load.ts";
import { figureOf } from "../lib/stats.ts";
import { type Settings, Target } from "../lib/target.ts";

/** From starting the process to its line that it serves; with the first answer of a function. */
export async function start(settings: Settings): Promise<object> {
  const empty: number[] = [];
  for (let repeat = 0; repeat < settings.repeats; repeat++) empty.push(await startEmpty());
  const target = await Target.filled(settings.largeCount);
  const ready: number[] = [];
  const cpu: number[] = [];
  const answered: number[] = [];
  try {
    for (let repeat = 0; repeat < settings.repeats; repeat++) {
      await target.stop();
      const before = performance.now();
      ready.push(await target.start());
      cpu.push(target.cpuMs());
      const reader = target.readers(1);
      let isFirst = true;
      await measure(reader.requests, () => isFirst && !(isFirst = false));
      answered.push(performance.now() - before);
      await reader.close();
    }
  } finally {
    await target.remove();
  }
  return {
    emptyMs: figureOf(empty),
    documents: settings.largeCount,
    largeMs: figureOf(ready),
    /** CPU time of all threads until then: a start uses about one CPU. */
    largeCpuMs: figureOf(cpu),
    largeFirstAnswerMs: figureOf(answered),
  };
}

async function startEmpty(): Promise<number> {
  const folder = createDataFolder();
  const before = performance.now();
  const launched = await launch(folder);
  const elapsed = performance.now() - before;
  await launched.kill("SIGTERM");
  folder.dispose();
  return elapsed;
}
