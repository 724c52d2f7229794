import { SyncClient } from "../lib/load.ts";
import { measureLoad, type Settings, Target } from "../lib/target.ts";

const CLIENTS = 50;

/** Resident memory of the process with its children, MB: after a push, after a restart, under load, and at rest after it. */
export async function memory(settings: Settings): Promise<object> {
  const target = await Target.create();
  try {
    const afterPush = await settled(target, settings);
    await target.stop();
    await target.start();
    const idle = await settled(target, settings);
    const subscriber = await SyncClient.connect(target.launched.cloudUrl);
    await subscriber.subscribe([{ udfPath: "items:list", args: { group: 1, limit: 20 } }]);
    const writers = await target.writers(CLIENTS);
    await measureLoad(target, writers.requests, settings.durationMs * settings.repeats);
    const afterLoad = target.memory();
    writers.close();
    subscriber.close();
    return { afterPush, idle, afterLoad, afterLoadAtRest: await settled(target, settings) };
  } finally {
    await target.remove();
  }
}

async function settled(target: Target, { restMs }: Settings): Promise<object> {
  await new Promise((resolve) => setTimeout(resolve, restMs));
  return { ...target.memory(), threadsOf: await target.memoryReport() };
}
