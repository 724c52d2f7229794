import type { LogEntry } from "../process/messages.ts";

const WINDOW_MS = 60_000;
const MAX_PER_WINDOW = 100;

/** What the host refuses by itself, and what functions refuse on purpose: the caller's mistakes, which `convex logs` shows. */
const REFUSALS = /^(Uncaught )*(ConvexError|ArgumentValidationError)\b|^Could not find (public )?function/;

/**
 * Writes to the operator's log what went wrong in functions: `console.error` and `console.warn`, and exceptions that nobody
 * expected. Nobody else keeps them: `FunctionLogs` forgets with the process. Bounded per minute, as strangers can provoke
 * errors; and without the lines in which errors of validation quote values.
 */
export class FunctionReports {
  readonly #write: (text: string) => void;
  readonly #nowMs: () => number;
  #windowStartedMs = 0;
  #count = 0;

  constructor(options: { write: (text: string) => void; nowMs?: () => number }) {
    this.#write = options.write;
    this.#nowMs = options.nowMs ?? Date.now;
  }

  add(entry: LogEntry): void {
    const texts = entry.logLines.filter((line) => line.startsWith("[ERROR]") || line.startsWith("[WARN]"));
    if (entry.error !== null && !REFUSALS.test(entry.error)) texts.push(withoutValues(entry.error));
    const head = `${new Date(this.#nowMs()).toISOString()} ${entry.identifier} [Request ID: ${entry.requestId}]:`;
    for (const text of texts) this.#report(`${head} ${text}`);
  }

  #report(text: string): void {
    const nowMs = this.#nowMs();
    if (nowMs - this.#windowStartedMs >= WINDOW_MS) {
      this.#windowStartedMs = nowMs;
      this.#count = 0;
    }
    this.#count += 1;
    if (this.#count < MAX_PER_WINDOW) this.#write(indented(text));
    else if (this.#count === MAX_PER_WINDOW) this.#write("More reports of functions are left out for a minute.");
  }
}

/** The first line, which says what happened, and where. */
function withoutValues(error: string): string {
  const [first, ...rest] = error.split("\n");
  return [first, ...rest.filter((line) => /^\s+at /.test(line))].join("\n");
}

/** Only the first line begins at the margin, whatever the text contains. */
const indented = (text: string): string => text.split(/\r\n|[\n\r]/).join("\n    ");
