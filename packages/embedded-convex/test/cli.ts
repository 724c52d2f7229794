/** The official CLI, run against a test deployment. */
import { execFile, spawn } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { cp, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Deployment } from "./deployment.ts";
import { COMPILE_CACHE } from "./support/compileCache.ts";

const NODE_MODULES = fileURLToPath(new URL("../node_modules", import.meta.url));
const CLI = join(NODE_MODULES, "convex/bin/main.js");
const TIMEOUT_MS = 60_000;

const run = promisify(execFile);

/** A copy of a Convex app that the CLI may write generated files to. */
export interface AppCopy {
  dir: string;
  dispose(): Promise<void>;
}

/** Copies an app (a folder with `package.json` and `convex/`) to where the CLI finds its packages. */
export async function copyApp(source: URL): Promise<AppCopy> {
  const dir = await mkdtemp(join(tmpdir(), "embedded-convex-app-"));
  await cp(fileURLToPath(source), dir, { recursive: true });
  await symlink(NODE_MODULES, join(dir, "node_modules"));
  return { dir, dispose: () => rm(dir, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }) };
}

/** A `convex` command that goes on until it is ended. */
export interface Watching {
  /** Everything that it has printed. */
  output(): string;
  /** Resolves when it has printed something that `pattern` matches, after what was there when it was called before. */
  says(pattern: RegExp): Promise<void>;
  stop(): Promise<void>;
}

/** Starts `convex <args>`, for commands that watch. */
export function watch(deployment: Deployment, app: AppCopy, args: readonly string[]): Watching {
  const child = spawn(process.execPath, [CLI, ...args], { cwd: app.dir, env: environment(deployment, app) });
  let output = "";
  let read = 0;
  const changed = new EventEmitter();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      changed.emit("more");
    });
  }
  const ended = once(child, "exit").then(() => changed.emit("more"));
  return {
    output: () => output,
    async says(pattern) {
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      for (;;) {
        const match = pattern.exec(output.slice(read));
        if (match !== null) {
          read += match.index + match[0].length;
          return;
        }
        if (child.exitCode !== null) throw new Error(`convex ${args.join(" ")} ended:\n${output}`);
        await once(changed, "more", { signal }).catch(() => {
          throw new Error(`convex ${args.join(" ")} never said ${pattern}:\n${output}\n${deployment.log}`);
        });
      }
    },
    async stop() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

function environment(deployment: Deployment, app: AppCopy): Record<string, string | undefined> {
  return {
    ...COMPILE_CACHE,
    PATH: process.env.PATH,
    HOME: app.dir,
    CI: "1",
    DO_NOT_TRACK: "1",
    CONVEX_SELF_HOSTED_URL: deployment.cloudUrl,
    CONVEX_SELF_HOSTED_ADMIN_KEY: deployment.adminKey,
  };
}

/** Runs `convex <args>`. Rejects with the CLI's output when it fails. */
export async function convex(
  deployment: Deployment,
  app: AppCopy,
  args: readonly string[],
): Promise<{ stdout: string; stderr: string }> {
  try {
    return await run(process.execPath, [CLI, ...args], {
      cwd: app.dir,
      timeout: TIMEOUT_MS,
      env: environment(deployment, app),
    });
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    throw new Error(`convex ${args.join(" ")} failed:\n${stdout}\n${stderr}\n${deployment.log}`, { cause: error });
  }
}

/** Pushes an app. Types are not checked and nothing is generated: that is another test's business. */
export async function deploy(deployment: Deployment, app: AppCopy): Promise<void> {
  await convex(deployment, app, ["deploy", "--yes", "--typecheck", "disable", "--codegen", "disable"]);
}
