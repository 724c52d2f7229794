import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { CommandError } from "./output.ts";
import { readAddresses } from "./start/addresses.ts";
import { dataFiles, readRunningStack, type StackFile } from "./start/dataFolder.ts";

const root = join(dirname(fileURLToPath(import.meta.url)), "../../..");

/** The running deployment of a data folder, and the operator's key to it. */
export interface Stack extends StackFile {
  adminKey: string;
}

/**
 * Finds the stack that runs on the data folder (`PATCHBAY_DATA`, by default `.patchbay/` in the repository).
 * @throws CommandError `not_running` or `no_admin_key`, saying what to do
 */
export async function readStack(env: NodeJS.ProcessEnv = process.env): Promise<Stack> {
  const { dataFolder } = readAddresses(env, root);
  const stack = await readRunningStack(dataFolder);
  if (!stack) {
    const where = env.PATCHBAY_DATA ? ` on ${dataFolder}` : "";
    throw new CommandError("not_running", `Patchbay is not running${where}: start it with npm start`);
  }
  const path = join(dataFolder, dataFiles.adminKey);
  try {
    return { ...stack, adminKey: (await readFile(path, "utf8")).trim() };
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new CommandError("no_admin_key", `The admin key ${path} cannot be read (${reason}): run this as its owner`, {
      cause,
    });
  }
}

const CALL_TIMEOUT_MS = 60_000;

/**
 * Calls an internal function of the deployment with the admin key, as `convex run` does.
 * @throws CommandError with the function's own code and message
 */
export async function callAdminFunction(stack: Stack, path: string, args: Record<string, unknown>): Promise<unknown> {
  const answer = await fetchAdmin(stack, "/api/function", { path, args, format: "json" });
  const { status, value, errorMessage, errorData } = answer as Record<string, unknown>;
  if (status === "success") return value;
  const { code, message } = (errorData ?? {}) as { code?: unknown; message?: unknown };
  if (typeof code === "string" && typeof message === "string") throw new CommandError(code, message);
  const reason = typeof errorMessage === "string" ? errorMessage : "the deployment gave no reason";
  throw new CommandError("function_failed", `${path} failed: ${reason}`);
}

/** Lets the deployment's functions reach `entries` (`host:port`), for `ttlMs` milliseconds at most. */
export async function allowOutbound(stack: Stack, entries: string[], ttlMs: number): Promise<void> {
  await fetchAdmin(stack, "/api/embedded/outbound", { add: entries, ttlMs });
}

/** Takes an allowance back. */
export async function revokeOutbound(stack: Stack, entries: string[]): Promise<void> {
  await fetchAdmin(stack, "/api/embedded/outbound", { remove: entries });
}

async function fetchAdmin(stack: Stack, path: string, body: unknown): Promise<unknown> {
  const response = await fetch(stack.cloudUrl + path, {
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: `Convex ${stack.adminKey}` },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
  }).catch((cause: unknown) => {
    throw new CommandError(
      "unreachable",
      `The deployment at ${stack.cloudUrl} does not answer: is npm start still up?`,
      {
        cause,
      },
    );
  });
  if (response.status === 401 || response.status === 403) {
    throw new CommandError(
      "wrong_admin_key",
      `The deployment at ${stack.cloudUrl} refused the admin key of this data folder`,
    );
  }
  const text = await response.text();
  try {
    // 560 is how Convex marks a function's own error; its body says which.
    if (response.ok || response.status === 560) return text === "" ? null : (JSON.parse(text) as unknown);
  } catch {
    // Not JSON: reported below like any other strange answer.
  }
  throw new CommandError("unexpected_answer", `${path} answered ${response.status}: ${text.slice(0, 200)}`);
}
