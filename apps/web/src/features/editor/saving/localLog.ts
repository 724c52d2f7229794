import { createStore, del, get, keys, set } from "idb-keyval";
import type { UseStore } from "idb-keyval";
import type { LocalLog, LogEntry } from "./draftSaver.ts";

let database: UseStore | null = null;
const store = () => (database ??= createStore("patchbay-drafts", "changes"));

const keyOf = (userId: string, scenarioId: string) => `${userId}/${scenarioId}`;

/** The changes that the server does not have yet, in IndexedDB. Without one (private windows) nothing is kept. */
export function indexedDbLog(userId: string, scenarioId: string): LocalLog {
  const key = keyOf(userId, scenarioId);
  // One after the other, so that a late write cannot come back after a clear.
  let queue: Promise<unknown> = Promise.resolve();
  const next = <T>(act: () => Promise<T>): Promise<T> => {
    const result = queue.then(act);
    queue = result.catch(() => undefined);
    return result;
  };
  let waiting: LogEntry | null = null;
  return {
    read: () => next(async () => (await get<LogEntry>(key, store())) ?? null).catch(() => null),
    write: (entry) => {
      // Only the newest of the entries that wait is written: typing makes one write per turn, not one per key.
      const isQueued = waiting !== null;
      waiting = entry;
      if (isQueued) return Promise.resolve();
      return next(async () => {
        const newest = waiting;
        waiting = null;
        if (newest) await set(key, newest, store());
      }).catch(() => undefined);
    },
    clear: () => {
      waiting = null;
      return next(() => del(key, store())).catch(() => undefined);
    },
  };
}

/** Scenarios for which this browser holds changes of a person that the server does not have; to ask before signing out. */
export async function listUnsavedScenarios(userId: string): Promise<string[]> {
  const all = await keys<string>(store());
  return all.filter((key) => key.startsWith(`${userId}/`)).map((key) => key.slice(userId.length + 1));
}

/** Forgets a person's changes on this browser. For signing out, after syncing or asking. */
export async function clearUnsaved(userId: string): Promise<void> {
  for (const scenarioId of await listUnsavedScenarios(userId)) await del(keyOf(userId, scenarioId), store());
}
