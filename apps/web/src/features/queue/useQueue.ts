"use client";

import { api } from "@convex/api";
import { useConvex, useMutation } from "convex/react";
import { useCallback, useEffect, useState } from "react";
import { useOrganization } from "@/features/shell/viewer";
import { useAct } from "@/lib/useAct";
import type { Queue } from "./queueWords.ts";

/** Every run changes the queue, so it is asked for now and then instead of being pushed with each. */
const ASK_EVERY_MS = 1_500;

export interface LiveQueue {
  queue: Queue | undefined;
  /** Why it could not be asked for the last time. */
  error: unknown;
  /** Asks now. */
  refresh: () => Promise<void>;
}

/** The organization's queue, asked for again and again while the page can be seen. */
export function useQueue(): LiveQueue {
  const convex = useConvex();
  const organizationId = useOrganization().id;
  const [queue, setQueue] = useState<Queue>();
  const [error, setError] = useState<unknown>(null);
  const refresh = useCallback(async () => {
    try {
      setQueue(await convex.query(api.queue.queries.getQueue, { organizationId }));
      setError(null);
    } catch (thrown) {
      setError(thrown);
    }
  }, [convex, organizationId]);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isOver = false;
    const ask = async () => {
      if (!document.hidden) await refresh();
      if (!isOver) timer = setTimeout(() => void ask(), ASK_EVERY_MS);
    };
    void ask();
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [refresh]);
  return { queue, error, refresh };
}

type Change = { paused?: boolean; draining?: boolean; maxConcurrentRuns?: number | null };

/** What can be done to the queue; each answers whether it worked, and the queue is then asked for at once. */
export function useQueueActions(refresh: () => Promise<void>) {
  const organizationId = useOrganization().id;
  const act = useAct();
  const update = useMutation(api.queue.mutations.updateOrganizationQueue);
  const pause = useMutation(api.queue.mutations.pauseScenario);
  const resume = useMutation(api.queue.mutations.resumeScenario);
  const empty = useMutation(api.queue.mutations.emptyQueue);
  const then = async (failure: string, work: () => Promise<null>) => {
    const { ok } = await act(failure, work);
    await refresh();
    return ok;
  };
  return {
    update: (failure: string, change: Change) => then(failure, () => update({ organizationId, ...change })),
    pause: (scenarioId: string) => then("Could not pause the scenario", () => pause({ organizationId, scenarioId })),
    resume: (scenarioId: string) => then("Could not resume the scenario", () => resume({ organizationId, scenarioId })),
    empty: (scenarioId: string) => then("Could not empty the queue", () => empty({ organizationId, scenarioId })),
  };
}
export type QueueActions = ReturnType<typeof useQueueActions>;
