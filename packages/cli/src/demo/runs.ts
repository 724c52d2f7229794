import { setTimeout as sleep } from "node:timers/promises";
import { CommandError } from "../output.ts";
import type { Api, Run, RunDetail } from "./api.ts";

const POLL_MS = 100;
const endStates: readonly Run["state"][] = ["succeeded", "failed", "cancelled", "incomplete"];

export interface RunWatcherOptions {
  api: Api;
  signal: AbortSignal;
  /** How long to wait for one run. */
  runTimeoutMs: number;
}

/** Waits for runs to get somewhere. */
export class RunWatcher {
  readonly #options: RunWatcherOptions;

  constructor(options: RunWatcherOptions) {
    this.#options = options;
  }

  /** The run once it has ended, or as it is when the time is over. */
  waitForEnd(runId: string): Promise<RunDetail> {
    return this.#poll(runId, (run) => endStates.includes(run.state));
  }

  /** The run once it is in this state. @throws CommandError when it ends in another, or the time is over */
  async waitForState(runId: string, state: Run["state"]): Promise<RunDetail> {
    const run = await this.#poll(runId, (now) => now.state === state || endStates.includes(now.state));
    if (run.state === state) return run;
    throw new CommandError("wrong_state", `run ${runId} is ${run.state} instead of ${state}`);
  }

  /** The run once it has left this state. */
  waitForLeaving(runId: string, state: Run["state"]): Promise<RunDetail> {
    return this.#poll(runId, (run) => run.state !== state);
  }

  async #poll(runId: string, isThere: (run: RunDetail) => boolean): Promise<RunDetail> {
    const { api, signal, runTimeoutMs } = this.#options;
    const deadline = performance.now() + runTimeoutMs;
    for (;;) {
      const run = await api.getRun(runId);
      if (isThere(run) || performance.now() >= deadline) return run;
      await sleep(POLL_MS, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  }
}
