import { setTimeout as sleep } from "node:timers/promises";
import type { Child } from "./child.ts";

const RESTART_DELAYS_MS = [200, 1_000, 3_000, 10_000];
/** A child that ran this long before it ended is restarted at once again. */
const STABLE_MS = 60_000;

/**
 * Keeps services running: one that ends unasked (a crash, a kill) is started again with growing pauses, and given up
 * after four quick ends in a row. `stop` ends them in reverse order.
 */
export class Supervisor {
  private readonly children = new Map<string, Child>();
  private stopping = false;
  /** Rejects when a service cannot be kept running. */
  readonly failed: Promise<never>;
  private fail!: (error: Error) => void;
  private readonly report: (line: string) => void;

  constructor(report: (line: string) => void) {
    this.report = report;
    this.failed = new Promise<never>((_, reject) => (this.fail = reject));
    this.failed.catch(() => undefined); // The command awaits it once everything has started.
  }

  /** Starts a service and watches it. @throws what its first start throws. */
  async add(name: string, start: () => Promise<Child>): Promise<void> {
    const child = await start();
    this.children.set(name, child);
    void this.watch(name, child, start);
  }

  private async watch(name: string, first: Child, start: () => Promise<Child>): Promise<void> {
    let child = first;
    let quickEnds = 0;
    for (;;) {
      const began = performance.now();
      const { code, signal } = await child.exited;
      if (this.stopping) return;
      quickEnds = performance.now() - began > STABLE_MS ? 0 : quickEnds + 1;
      const how = signal ? `was ended by ${signal}` : `ended with code ${code}`;
      const delay = RESTART_DELAYS_MS[quickEnds - 1] ?? null;
      if (delay === null && quickEnds > 0) {
        this.fail(new Error(`${child.name} ${how} again and again; giving up.\n${child.tail}`));
        return;
      }
      this.report(`${child.name} ${how}; starting it again.`);
      await sleep(delay ?? 0);
      if (this.stopping) return;
      try {
        child = await start();
        if (this.stopping) return void (await child.stop());
        this.children.set(name, child);
      } catch (error) {
        this.fail(error instanceof Error ? error : new Error(String(error)));
        return;
      }
    }
  }

  async stop(): Promise<void> {
    this.stopping = true;
    for (const child of [...this.children.values()].reverse()) await child.stop();
  }
}
