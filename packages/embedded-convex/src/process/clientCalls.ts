import { bundleInlineQuery, INLINE_QUERY } from "../deploy/inlineQuery.ts";
import type { Caller } from "../auth/caller.ts";
import { describeCall, type FunctionAddress } from "../functions/codebase.ts";
import type { FunctionCall } from "../functions/invoke.ts";
import { newRequest, type RequestInfo } from "../functions/request.ts";
import type { CallResult } from "../functions/results.ts";
import type { ActionPool } from "./actionPool.ts";
import type { LogEntry, TransactorControl, TransactorEvents } from "./messages.ts";
import type { RpcPort } from "./rpc.ts";

/** A call as a client makes it, over HTTP or a socket. */
export interface ClientCall {
  path: string;
  /** Administrators may name one. */
  component: string;
  /** One object as Convex JSON text. */
  args: string;
  caller: Caller;
  request: RequestInfo;
}

export interface ClientCallsOptions {
  transactor(): RpcPort<TransactorControl>;
  pool(): ActionPool;
  onLog(entry: LogEntry): void;
}

/** Hands calls to the threads that run them. A call whose thread was lost fails like a function, and is logged here. */
export class ClientCalls {
  readonly #options: ClientCallsOptions;
  #nextCall = 1;

  constructor(options: ClientCallsOptions) {
    this.#options = options;
  }

  query(call: ClientCall): Promise<CallResult> {
    const target = this.#toCall(call);
    return this.#settle("Query", target, this.#options.transactor().call("query", target));
  }

  /** A query that is not a function of the deployed code: a module with a default export, seen from `call.component`. */
  async inlineQuery(call: Omit<ClientCall, "path">, source: string): Promise<CallResult> {
    const target = this.#toCall({ ...call, path: INLINE_QUERY });
    const running = bundleInlineQuery(source).then((module) =>
      this.#options.transactor().call("inlineQuery", { call: target, module }),
    );
    return this.#settle("Query", target, running);
  }

  /** `number` tells a mutation that is sent again from a new one; null where nobody sends again. */
  mutation(call: ClientCall, number: { session: string; request: number } | null): Promise<CallResult> {
    const target = this.#toCall(call);
    const running = this.#options.transactor().call("mutation", { ...target, sessionRequest: number });
    return this.#settle("Mutation", target, running);
  }

  action(call: ClientCall): Promise<CallResult> {
    const target = this.#toCall(call);
    return this.#settle("Action", target, this.#options.pool().action(target));
  }

  /** Runs the action of a job. */
  actionJob(job: Parameters<TransactorEvents["runAction"]>[0]): Promise<CallResult> {
    const { jobId, target, args, isCronRun } = job;
    const call: FunctionCall = {
      callId: this.#nextId(),
      address: { target },
      component: "",
      args,
      identity: null,
      access: "internal",
      request: newRequest({ scheduledFunctionId: isCronRun ? null : jobId }),
    };
    return this.#settle("Action", call, this.#options.pool().action(call));
  }

  #toCall({ path, component, args, caller, request }: ClientCall): FunctionCall {
    const address: FunctionAddress = { name: path };
    const access = caller.admin ? "internal" : "public";
    return { callId: this.#nextId(), address, component, args, identity: caller.identity, access, request };
  }

  #nextId(): string {
    return `m.${this.#nextCall++}`;
  }

  async #settle(udfType: LogEntry["udfType"], call: FunctionCall, running: Promise<CallResult>): Promise<CallResult> {
    const startedAt = performance.now();
    try {
      return await running;
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown.message : String(thrown);
      this.#options.onLog({
        kind: "Completion",
        identifier: describeCall(call),
        udfType,
        logLines: [],
        timestamp: Date.now() / 1000,
        executionTime: (performance.now() - startedAt) / 1000,
        error,
        requestId: call.request.requestId,
        success: null,
      });
      return { ok: false, error, logs: [] };
    }
  }
}
