import type { LogEntry } from "../process/messages.ts";
import { LogSwitch } from "./logSwitch.ts";
import type { FunctionReports } from "./functionReports.ts";

const KEPT_ENTRIES = 1000;
const POLL_TIMEOUT_MS = 10_000;
const WATCHED_MS = POLL_TIMEOUT_MS + 5000;

/** The last executions that had something to say, and while somebody looks all others too, for `convex logs` and `convex dev`, which poll. */
export class FunctionLogs {
  readonly #entries: { atMs: number; entry: LogEntry }[] = [];
  readonly #waiting = new Set<() => void>();
  readonly #reports: FunctionReports;
  /** On while somebody polls. */
  readonly watched = new LogSwitch();
  #lastMs = 0;

  /** `reports`: gets every entry as well. */
  constructor(reports: FunctionReports) {
    this.#reports = reports;
  }

  add(entry: LogEntry): void {
    this.#reports.add(entry);
    // Strictly increasing, so that a cursor never skips or repeats an entry.
    this.#lastMs = Math.max(this.#lastMs + 0.001, Date.now());
    this.#entries.push({ atMs: this.#lastMs, entry });
    if (this.#entries.length > KEPT_ENTRIES) this.#entries.shift();
    for (const wake of this.#waiting) wake();
  }

  /** Entries after the cursor; waits a while for the first one. */
  async poll(cursorMs: number): Promise<{ entries: LogEntry[]; newCursor: number }> {
    this.watched.turnOn(WATCHED_MS);
    if (cursorMs > 0 && this.#lastMs <= cursorMs) await this.#next();
    const fresh = this.#entries.filter(({ atMs }) => atMs > cursorMs);
    return { entries: fresh.map(({ entry }) => entry), newCursor: Math.max(cursorMs, this.#lastMs, 1) };
  }

  #next(): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, POLL_TIMEOUT_MS);
      timer.unref();
      this.#waiting.add(done);
    });
  }
}
