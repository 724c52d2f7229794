import { useToast } from "@patchbay/ui";
import { useCallback, useEffect, useRef, useState } from "react";
import { messageOf } from "@/lib/errors.ts";
import type { DryRun } from "@/features/runs/runModel.ts";
import { useEditorServices } from "../EditorContext.tsx";

/** What a run by hand begins with. */
export type StartWith = { kind: "last" } | { kind: "wait" } | { kind: "payload"; json: string } | { kind: "empty" };

export interface RunOnce {
  isStarting: boolean;
  /** Set while the next request to the webhook is waited for. */
  isWaiting: boolean;
  /** With `dryRun` nothing is changed outside. */
  start: (what: StartWith, dryRun?: DryRun) => Promise<void>;
  /** Starts as the last time. */
  again: () => Promise<void>;
  stopWaiting: () => void;
}

/** Saves the draft and runs it once, at once or with the next request that comes to its webhook. */
export function useRunOnce(): RunOnce {
  const { store, saver, backend } = useEditorServices();
  const toast = useToast();
  const listening = backend.useListening();
  const [isStarting, setStarting] = useState(false);
  const [waitingSinceMs, setWaitingSince] = useState<number | null>(null);
  const last = listening?.samples[0];

  const run = useCallback(
    async (payload: string, dryRun?: DryRun) => {
      setStarting(true);
      try {
        const revision = await saver.flush();
        if (revision === null) {
          toast({
            title: "Not started",
            description: "The draft is not saved yet. A run uses what the server has.",
            tone: "bad",
          });
          return;
        }
        const result = await backend.startRun({ payload, ...(dryRun && { dryRun }) });
        if (result.kind === "ok") store.getState().watch(result.runId);
        else {
          store.getState().setPanel({ kind: "issues" });
          toast({ title: "This draft cannot run yet", description: result.issues[0]?.message, tone: "bad" });
        }
      } catch (error) {
        toast({ title: "The run was not started", description: messageOf(error), tone: "bad" });
      } finally {
        setStarting(false);
      }
    },
    [store, saver, backend, toast],
  );

  const stopWaiting = useCallback(() => {
    setWaitingSince(null);
    backend
      .stopListening()
      .catch((error: unknown) => toast({ title: "Still waiting", description: messageOf(error), tone: "bad" }));
  }, [backend, toast]);

  const latest = useRef<{ what: StartWith; dryRun?: DryRun }>({ what: { kind: "last" } });
  // The first request after waiting began starts the run, once.
  const taken = useRef<number | null>(null);
  useEffect(() => {
    if (waitingSinceMs === null || !last || last.receivedAt <= waitingSinceMs || taken.current === last.receivedAt)
      return;
    taken.current = last.receivedAt;
    stopWaiting();
    void run(bodyOf(last.bundle), latest.current.dryRun);
  }, [waitingSinceMs, last, run, stopWaiting]);

  const start = useCallback(
    async (what: StartWith, dryRun?: DryRun) => {
      latest.current = { what, ...(dryRun && { dryRun }) };
      if (what.kind === "wait") {
        setStarting(true);
        try {
          await saver.flush();
          await backend.startListening();
          setWaitingSince(last?.receivedAt ?? 0);
        } catch (error) {
          toast({ title: "Could not wait for a request", description: messageOf(error), tone: "bad" });
        } finally {
          setStarting(false);
        }
        return;
      }
      const payload = what.kind === "payload" ? what.json : what.kind === "last" && last ? bodyOf(last.bundle) : "{}";
      await run(payload, dryRun);
    },
    [saver, backend, toast, last, run],
  );
  const again = useCallback(() => start(latest.current.what, latest.current.dryRun), [start]);
  return { isStarting, isWaiting: waitingSinceMs !== null, start, again, stopWaiting };
}

/** The body of a webhook's bundle as JSON: what a run by hand takes as its payload. */
export function bodyOf(bundle: string): string {
  try {
    const value: unknown = JSON.parse(bundle);
    const body = typeof value === "object" && value !== null && "body" in value ? value.body : value;
    return JSON.stringify(body ?? null);
  } catch {
    return "{}";
  }
}
