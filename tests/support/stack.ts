import { spawn, type ChildProcess } from "node:child_process";
import { createServer } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";

export const root = join(import.meta.dirname, "../..");

/** A TCP port that is free now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() =>
        address && typeof address === "object" ? resolve(address.port) : reject(new Error("no port")),
      );
    });
  });
}

export interface StackPorts {
  web: number;
  convex: number;
  site: number;
}

export async function freePorts(): Promise<StackPorts> {
  return { web: await freePort(), convex: await freePort(), site: await freePort() };
}

/** `node scripts/run.mjs start`, as a supervisor runs it. */
export class Stack {
  readonly process: ChildProcess;
  readonly lines: string[] = [];
  readonly ended: Promise<number | null>;
  readonly dataFolder: string;
  readonly cloudUrl: string;
  readonly siteUrl: string;
  readonly webUrl: string;
  private readonly running: Promise<void>;

  constructor(dataFolder: string, ports: StackPorts, env: Record<string, string> = {}) {
    this.dataFolder = dataFolder;
    this.cloudUrl = `http://127.0.0.1:${ports.convex}`;
    this.siteUrl = `http://127.0.0.1:${ports.site}`;
    this.webUrl = `http://127.0.0.1:${ports.web}`;
    this.process = spawn(process.execPath, [join(root, "scripts/run.mjs"), "start"], {
      cwd: root,
      env: {
        ...process.env,
        PATCHBAY_DATA: dataFolder,
        PATCHBAY_PORT: String(ports.web),
        PATCHBAY_CONVEX_PORT: String(ports.convex),
        PATCHBAY_SITE_PORT: String(ports.site),
        ...env,
      },
      stdio: ["pipe", "pipe", "pipe"],
    });
    this.ended = new Promise((resolve) => this.process.once("exit", (code) => resolve(code)));
    this.running = new Promise((resolve, reject) => {
      for (const stream of [this.process.stdout!, this.process.stderr!]) {
        createInterface({ input: stream }).on("line", (line) => {
          this.lines.push(line);
          if (line.startsWith("Patchbay is running")) resolve();
        });
      }
      void this.ended.then((code) => reject(new Error(`the start ended with code ${code}:\n${this.lines.join("\n")}`)));
    });
    this.running.catch(() => undefined); // Told by `ready` to who waits for it.
  }

  /** Resolves once the stack says that it runs. @throws Error with what it printed when it ends before. */
  ready(): Promise<void> {
    return this.running;
  }

  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<number | null> {
    this.process.kill(signal);
    return this.ended;
  }
}
