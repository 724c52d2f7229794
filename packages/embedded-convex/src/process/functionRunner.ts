import type { LogSwitch } from "../deploy/logSwitch.ts";
import type { SystemQueries } from "../deploy/systemQueries.ts";
import { type Codebase, describeCall, type FunctionInfo, logName } from "../functions/codebase.ts";
import { resolveCommitTs } from "../functions/databaseSyscalls.ts";
import { type FunctionCall, identityFor, resolveCall, rootContext, runFunction } from "../functions/invoke.ts";
import type { PageJournal } from "../functions/pagination.ts";
import { newRequest, type RequestInfo } from "../functions/request.ts";
import { type CallResult, failureOf } from "../functions/results.ts";
import type { Job } from "../scheduler/jobs.ts";
import type { Catalog } from "../store/catalog.ts";
import type { Store } from "../store/store.ts";
import { type LiveRequest, type LiveResult, liveLabel, type LiveRun } from "../sync/liveQueries.ts";
import type { Executor } from "../transaction/executor.ts";
import { ReadSet } from "../transaction/readSet.ts";
import type { Transaction } from "../transaction/transaction.ts";
import type { ConvexJson } from "../values/json.ts";
import type { LogEntry, MutationCall } from "./messages.ts";

export interface FunctionRunnerOptions {
  executor: Executor;
  store: Store;
  catalog: Catalog;
  /** The code that is deployed at the moment of the call. */
  codebase: () => Codebase;
  systemQueries: SystemQueries;
  onLog(entry: LogEntry): void;
  /** Whether executions are reported that have nothing to say. */
  watched: LogSwitch;
}

interface QueryRun {
  result: CallResult;
  journal: PageJournal | null;
}

/** Runs queries and mutations of the deployed code in transactions; whatever they throw becomes a failed result. */
export class FunctionRunner {
  readonly #options: FunctionRunnerOptions;

  constructor(options: FunctionRunnerOptions) {
    this.#options = options;
  }

  /** `code`: other than what is deployed. */
  async query(call: FunctionCall, code?: Codebase): Promise<CallResult> {
    const startedAt = performance.now();
    const run = (transaction: Transaction) => this.#runQuery(transaction, call, null, code);
    let result: CallResult;
    try {
      ({ result } = await this.#options.executor.read(`call ${call.callId}`, run));
    } catch (error) {
      result = failureOf(error, []);
    }
    this.#log("Query", describeCall(call), { result, request: call.request, startedAt });
    return result;
  }

  async mutation(call: MutationCall): Promise<CallResult> {
    const startedAt = performance.now();
    const logs: string[] = [];
    const session = call.sessionRequest?.session ?? null;
    let result: CallResult;
    try {
      const run = (transaction: Transaction) => this.#runMutation(transaction, call, logs);
      result = await this.#options.executor.write({ label: `call ${call.callId}`, session, run });
    } catch (error) {
      result = failureOf(error, logs);
    }
    this.#log("Mutation", describeCall(call), {
      result,
      request: call.request,
      startedAt,
    });
    return result;
  }

  /** Runs a scheduled mutation in the transaction that records its state. @throws what the function throws. */
  async job(
    transaction: Transaction,
    info: FunctionInfo,
    { job, args }: { job: Pick<Job, "id" | "isCronRun">; args: string },
  ): Promise<void> {
    const startedAt = performance.now();
    const request = newRequest({ scheduledFunctionId: job.isCronRun ? null : job.id });
    const context = rootContext({ kind: "mutation", info, identity: null, transaction, journal: null, request });
    try {
      const value = await runFunction(info, args, context, this.#options.catalog);
      this.#log("Mutation", logName(info), { result: { ok: true, value, logs: context.logs }, request, startedAt });
    } catch (error) {
      this.#log("Mutation", logName(info), { result: failureOf(error, context.logs), request, startedAt });
      throw error;
    }
  }

  systemQuery({ component, path, args }: { component: string; path: string; args: string }): Promise<CallResult> {
    return this.#options.executor.read(`system ${path}`, (transaction) => {
      return this.#runSystemQuery(transaction, { component, path, args }, null).result;
    });
  }

  /** Runs a live query, between batches. Also one that is given up on is a result, with what it had read. */
  async live(wanted: LiveRequest, journal: PageJournal | null): Promise<LiveRun> {
    const { component, path, args, identity, admin } = wanted;
    let reads = new ReadSet();
    const request = newRequest();
    const startedAt = performance.now();
    const isSystem = admin && path.startsWith("_system/");
    const finish = (run: QueryRun): LiveRun => {
      if (!isSystem) this.#log("Query", path, { result: run.result, request, startedAt });
      return { reads, result: liveResult(run, request) };
    };
    try {
      return await this.#options.executor.runRead(liveLabel(wanted), async (transaction) => {
        ({ reads } = transaction);
        const access = admin ? ("internal" as const) : ("public" as const);
        const call = { callId: "", address: { name: path }, component, args, identity, access, request };
        const run = isSystem
          ? this.#runSystemQuery(transaction, wanted, journal)
          : await this.#runQuery(transaction, call, journal);
        return finish(run);
      });
    } catch (error) {
      return finish({ result: failureOf(error, []), journal });
    }
  }

  async #runMutation(transaction: Transaction, call: MutationCall, logs: string[]): Promise<CallResult> {
    const { store, catalog, codebase } = this.#options;
    const { sessionRequest } = call;
    if (sessionRequest !== null) {
      const answer = store.requests.find(sessionRequest.session, sessionRequest.request);
      if (answer !== null) return { ok: true, value: answer.value, ts: String(answer.ts), logs: [] };
    }
    const info = resolveCall(codebase(), call, "mutation");
    const identity = identityFor(call, info);
    const { request } = call;
    const context = rootContext({ kind: "mutation", info, identity, transaction, journal: null, request });
    context.logs = logs;
    const value = withCommitTs(transaction, await runFunction(info, call.args, context, catalog));
    const ts = transaction.commitTs;
    // What wrote nothing may as well run again: it needs no record, and no disk sync.
    if (sessionRequest !== null && transaction.writes.length > 0) {
      store.requests.add(sessionRequest.session, sessionRequest.request, { ts, value });
    }
    return { ok: true, value, ts: String(ts), logs };
  }

  async #runQuery(
    transaction: Transaction,
    call: FunctionCall,
    journal: PageJournal | null,
    code = this.#options.codebase(),
  ): Promise<QueryRun> {
    const logs: string[] = [];
    try {
      const info = resolveCall(code, call, "query");
      const identity = identityFor(call, info);
      const context = rootContext({ kind: "query", info, identity, transaction, journal, request: call.request });
      context.logs = logs;
      const value = await runFunction(info, call.args, context, this.#options.catalog);
      return { result: { ok: true, value, logs }, journal: context.transaction.journal.next };
    } catch (error) {
      return { result: failureOf(error, logs), journal: null };
    }
  }

  #runSystemQuery(
    transaction: Transaction,
    { component, path, args }: { component: string; path: string; args: string },
    last: PageJournal | null,
  ): QueryRun {
    const journal: { last: PageJournal | null; next: PageJournal | null } = { last, next: null };
    try {
      const parsed = JSON.parse(args) as Record<string, ConvexJson>;
      const value = this.#options.systemQueries.run(path, { transaction, component, args: parsed, journal });
      return { result: { ok: true, value, logs: [] }, journal: journal.next };
    } catch (error) {
      return { result: failureOf(error, []), journal: null };
    }
  }

  #log(
    udfType: LogEntry["udfType"],
    identifier: string,
    { result, request, startedAt }: { result: CallResult; request: RequestInfo; startedAt: number },
  ): void {
    if (result.ok && result.logs.length === 0 && !this.#options.watched.isOn) return;
    this.#options.onLog({
      kind: "Completion",
      identifier,
      udfType,
      logLines: result.logs,
      timestamp: Date.now() / 1000,
      executionTime: (performance.now() - startedAt) / 1000,
      error: result.ok ? null : result.error,
      requestId: request.requestId,
      success: null,
    });
  }
}

/** A result may contain the commit timestamp, which is known by now. */
function withCommitTs(transaction: Transaction, value: string): string {
  if (!value.includes('"$commitTs"')) return value;
  return JSON.stringify(resolveCommitTs(transaction, JSON.parse(value) as ConvexJson));
}

function liveResult({ result, journal }: QueryRun, { requestId }: RequestInfo): LiveResult {
  const text = journal === null ? null : JSON.stringify(journal);
  if (result.ok) return { ok: true, value: result.value, data: null, logs: result.logs, journal: text, requestId };
  return { ok: false, value: result.error, data: result.data ?? null, logs: result.logs, journal: text, requestId };
}
