import { spawn, type ChildProcess } from "node:child_process";
import { createWriteStream } from "node:fs";
import { createInterface } from "node:readline";

export interface ChildOptions {
  name: string;
  command: string;
  args: string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** Everything that the child prints goes here as well. */
  logFile: string;
}

/**
 * A long-running child. Its standard input is a pipe that nobody writes to: when this process dies in any way, the pipe
 * closes and the child ends itself.
 */
export class Child {
  private static readonly running = new Set<Child>();

  /** Ends every child of this process, long-running or not. */
  static async stopAll(): Promise<void> {
    await Promise.all([...Child.running].map((child) => child.stop()));
  }

  readonly name: string;
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  private readonly process: ChildProcess;
  private readonly lines: string[] = [];
  private readonly listeners = new Set<(line: string) => void>();

  constructor(options: ChildOptions) {
    this.name = options.name;
    const log = createWriteStream(options.logFile, { flags: "a", mode: 0o600 });
    this.process = spawn(options.command, options.args, {
      cwd: options.cwd,
      env: options.env,
      stdio: ["pipe", "pipe", "pipe"],
    });
    this.process.stdin!.on("error", () => undefined); // Closed by the child's end, which `exited` reports.
    for (const stream of [this.process.stdout!, this.process.stderr!]) {
      createInterface({ input: stream }).on("line", (line) => {
        log.write(`${line}\n`);
        this.lines.push(line);
        if (this.lines.length > 40) this.lines.shift();
        for (const listener of this.listeners) listener(line);
      });
    }
    this.exited = new Promise((resolve) => {
      this.process.once("error", (error) => {
        this.lines.push(error.message);
        resolve({ code: 1, signal: null });
      });
      this.process.once("exit", (code, signal) => resolve({ code, signal }));
    });
    Child.running.add(this);
    void this.exited.then(() => {
      Child.running.delete(this);
      log.end();
    });
  }

  get pid(): number | undefined {
    return this.process.pid;
  }

  /** The last lines that the child printed. */
  get tail(): string {
    return this.lines.join("\n");
  }

  get isRunning(): boolean {
    return this.process.exitCode === null && this.process.signalCode === null;
  }

  /** Resolves with the first line for which `match` returns a value; rejects when the child ends before. */
  waitForLine<T>(match: (line: string) => T | null): Promise<T> {
    return new Promise((resolve, reject) => {
      const listener = (line: string) => {
        const found = match(line);
        if (found === null) return;
        this.listeners.delete(listener);
        resolve(found);
      };
      this.listeners.add(listener);
      void this.exited.then(() => reject(new Error(this.tail || `${this.name} ended before it was ready`)));
    });
  }

  /** Asks the child to end and kills it after `graceMs`. */
  async stop(graceMs = 15_000): Promise<void> {
    if (!this.isRunning) return;
    this.process.kill("SIGTERM");
    const timer = setTimeout(() => this.process.kill("SIGKILL"), graceMs);
    await this.exited;
    clearTimeout(timer);
  }
}

/** Runs a child to its end. @throws Error with the last lines it printed when it fails or takes over `timeoutMs`. */
export async function runToEnd(options: ChildOptions & { timeoutMs: number }): Promise<string> {
  const child = new Child(options);
  const timer = setTimeout(() => void child.stop(2_000), options.timeoutMs);
  const { code } = await child.exited;
  clearTimeout(timer);
  if (code !== 0) throw new Error(`${options.name} failed (see ${options.logFile}):\n${child.tail}`);
  return child.tail;
}
