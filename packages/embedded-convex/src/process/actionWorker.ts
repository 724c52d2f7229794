import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import type { TransactorClient } from "../functions/actionHost.ts";
import type { FunctionCall } from "../functions/invoke.ts";
import { ActionRuntime, type ActionRuntimeOptions } from "../functions/actionRuntime.ts";
import { hardenSharedGlobals } from "../isolate/sharedGlobals.ts";
import type { ActionEvents, HttpCall, NumberedCall, TransactorOperations } from "./messages.ts";
import { RemoteError, RpcPort } from "./rpc.ts";
import { StartedCalls } from "./startedCalls.ts";
import { retryAfterLoss, type TransactorLoss } from "./loss.ts";

/** What the main thread starts an action worker with. */
export interface ActionWorkerData {
  options: Omit<ActionRuntimeOptions, "transactor" | "onLog" | "onChunk">;
  control: MessagePort;
  transactor: MessagePort;
  /** Of `StartedCalls`. */
  started: SharedArrayBuffer;
}

/** A new transactor has taken over; `loss` says what became of the old one. */
export interface ReconnectMessage {
  reconnect: MessagePort;
  loss: TransactorLoss;
}

const { options, control, transactor: transactorPort, started } = workerData as ActionWorkerData;
const startedCalls = new StartedCalls(started);
const transactor = new RpcPort<TransactorOperations>(transactorPort, {});

const client: TransactorClient = {
  query: (call) => transactor.call("query", call),
  mutation: (call) => transactor.call("mutation", call),
  systemQuery: (call) => transactor.call("systemQuery", call),
  schedule: (call) => transactor.call("schedule", call),
  cancelJob: (call) => transactor.call("cancelJob", call),
  vectorSearch: (call) => transactor.call("vectorSearch", call),
  storageAdd: (call) => transactor.call("storageAdd", call),
  storageRemove: (call) => transactor.call("storageRemove", call),
  storageUrlPath: (call) => transactor.call("storageUrlPath", call),
  storageMetadata: (call) => transactor.call("storageMetadata", call),
  storageLocate: (call) => transactor.call("storageLocate", call),
};

const runtime = new ActionRuntime({
  ...options,
  transactor: client,
  onLog: (entry) => events.notify("log", entry),
  onChunk: (chunk) => events.notify("httpChunk", chunk),
});

runtime.guardSockets();
hardenSharedGlobals();

const events = new RpcPort<ActionEvents>(control, {
  load: (call: never) => runtime.load(call),
  environment: (call: never) => runtime.environment(call),
  action: ({ number, call }: NumberedCall<FunctionCall>) => {
    startedCalls.begin(number);
    return runtime.action(call);
  },
  http: ({ number, call }: NumberedCall<HttpCall>) => {
    startedCalls.begin(number);
    return runtime.http(call);
  },
  outbound: (call: never) => runtime.outbound(call),
  cancelStream: (call: never) => runtime.cancelStream(call),
  analyze: (call: never) => runtime.analyze(call),
  authProviders: (call: never) => runtime.authProviders(call),
  tables: (call: never) => runtime.tables(call),
  ping: () => runtime.ping(),
});

parentPort!.on("message", ({ reconnect, loss }: ReconnectMessage) => {
  transactor.reconnect(reconnect, (op, arg) => retryAfterLoss(loss, op, arg));
});

// Nor may one action end all others by an error in a timer of its own.
process.on("uncaughtException", (error) => console.error("Uncaught exception in an action:", error));
// Code that is pushed may leave promises behind that nobody waits for: that is its own affair.
process.on("unhandledRejection", (reason) => {
  if (!(reason instanceof RemoteError)) console.error("Unhandled rejection in an action:", reason);
});
