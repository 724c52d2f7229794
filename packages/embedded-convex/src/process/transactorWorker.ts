import { writeSync } from "node:fs";
import { flushCompileCache } from "node:module";
import { inspect } from "node:util";
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { hardenSharedGlobals } from "../isolate/sharedGlobals.ts";
import { isOfPushedCode } from "../isolate/stacks.ts";
import { IdleCollector } from "./idleCollector.ts";
import { SharedHeartbeat } from "./heartbeat.ts";
import type { TransactorEvents, TransactorOperations } from "./messages.ts";
import { RpcPort } from "./rpc.ts";
import { Transactor, type TransactorOptions } from "./transactor.ts";

/** What the main thread starts the transactor with. */
export interface TransactorWorkerData {
  options: Omit<TransactorOptions, "heartbeat" | "events" | "flush" | "onFatal" | "report">;
  heartbeat: SharedArrayBuffer;
  control: MessagePort;
}

/** Messages besides the operations: whether the start succeeded, and ports of other threads. */
export type TransactorNews = { type: "ready" } | { type: "failed"; message: string };
export interface ConnectMessage {
  connect: MessagePort;
}

const OPERATIONS = [
  "query",
  "mutation",
  "systemQuery",
  "schedule",
  "cancelJob",
  "vectorSearch",
] as const satisfies (keyof TransactorOperations)[];
const CONTROL = ["describe", "observeTs", "actionJobFinished", "inlineQuery", "close"] as const;

const BEAT_EVERY_MS = 100;

async function main(): Promise<void> {
  hardenSharedGlobals();
  const { options, heartbeat, control } = workerData as TransactorWorkerData;
  const ports: RpcPort<never>[] = [];
  let events: RpcPort<TransactorEvents> | null = null;
  // Events before the start is finished wait for the port.
  const early: (() => void)[] = [];
  const notify = <Name extends keyof TransactorEvents>(op: Name, ...args: Parameters<TransactorEvents[Name]>): void => {
    if (events === null) early.push(() => notify(op, ...args));
    else events.notify(op, ...args);
  };
  const shared = new SharedHeartbeat(heartbeat);
  // The first beat says that the database is open, before anything runs that might leave a loop behind: until then, the thread may
  // take its time, and is never taken for stuck. Immediates come in their order, and the executor works in later ones.
  setImmediate(() => shared.beat());
  setInterval(() => shared.beat(), BEAT_EVERY_MS).unref();
  const transactor = await Transactor.open({
    ...options,
    heartbeat: shared,
    events: {
      sync: (event) => notify("sync", event),
      liveDropped: (event) => notify("liveDropped", event),
      runAction: (event) => notify("runAction", event),
      deleteFiles: (event) => notify("deleteFiles", event),
      tablesChanged: (event) => notify("tablesChanged", event),
      log: (event) => notify("log", event),
    },
    flush: () => ports.forEach((port) => port.flush()),
    onFatal: (error) => {
      // Written directly: `console` of a worker goes through the main thread, which will not live to see it.
      writeSync(
        2,
        `embedded-convex: writing to the database failed: ${error instanceof Error ? error.message : String(error)}\n`,
      );
      // Ends the whole process from a worker: nothing may be answered any more.
      process.kill(process.pid, "SIGKILL");
      throw error;
    },
    report: (message) => console.error(message),
  });
  const bind = (names: readonly string[]) =>
    Object.fromEntries(
      names.map((name) => [
        name,
        (arg: never) => (transactor as unknown as Record<string, (arg: never) => unknown>)[name]!(arg),
      ]),
    );
  const { staging, transfers } = transactor.data;
  const { files, live, code } = transactor;
  const operations = { ...bind(OPERATIONS), ...files.operations };
  events = new RpcPort<TransactorEvents>(control, {
    ...operations,
    ...bind(CONTROL),
    ...files.control,
    ...live.operations,
    ...code.operations,
    ...transfers,
  });
  ports.push(events);
  for (const event of early) event();
  parentPort!.on("message", ({ connect }: ConnectMessage) => {
    const port = new RpcPort<never>(connect, { ...operations, ...staging });
    ports.push(port);
    // Action workers come and go.
    connect.once("close", () => ports.splice(ports.indexOf(port), 1));
  });
  parentPort!.postMessage({ type: "ready" } satisfies TransactorNews);
  new IdleCollector().start();
  // It is written when the thread ends; one that is killed would never write it.
  setTimeout(flushCompileCache, FLUSH_CACHE_AFTER_MS).unref();
}

const FLUSH_CACHE_AFTER_MS = 5000;

// Code that is pushed may leave promises behind that nobody waits for, and errors in callbacks: that is its own affair. Anything
// else is a mistake in this package, which ends the thread: its successor starts from the last commit.
process.on("unhandledRejection", (reason) => console.error("Unhandled rejection in a query or mutation:", reason));
process.on("uncaughtException", (error) => {
  if (isOfPushedCode(error)) console.error("Uncaught exception in a query or mutation:", error);
  else {
    writeSync(2, `embedded-convex: the database worker has failed: ${inspect(error)}\n`);
    process.exit(1);
  }
});

main().catch((error: unknown) => {
  parentPort!.postMessage({
    type: "failed",
    message: error instanceof Error ? error.message : String(error),
  } satisfies TransactorNews);
});
