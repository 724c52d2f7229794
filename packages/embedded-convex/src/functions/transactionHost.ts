import type { RealmHost } from "../isolate/realm.ts";
import { dueMsOf } from "../scheduler/dueTime.ts";
import { laneOf } from "../scheduler/jobRunner.ts";
import type { Jobs } from "../scheduler/jobs.ts";
import type { Catalog } from "../store/catalog.ts";
import type { FileStore } from "../storage/files.ts";
import type { ConvexJson } from "../values/json.ts";
import { type Codebase, addressOf, type FunctionAddress, targetOf } from "./codebase.ts";
import { ambientHost, type CallContext, currentContext, transactionOf, type TransactionContext } from "./context.ts";
import { databaseOperations, encodeInt64, syncDatabaseOperations } from "./databaseSyscalls.ts";
import { recordLogLine } from "./logLines.ts";
import { mutationFileOperations } from "./mutationFiles.ts";
import { metaOperations, type MetaServices } from "./metaOperations.ts";
import { type NestedCall, runNested } from "./nestedCalls.ts";
import type { PageCursors } from "./pageCursors.ts";
import { scheduleTarget } from "./scheduleTarget.ts";
import type { StoredFiles } from "./storedFiles.ts";
import { type UploadTokens, uploadUrl } from "./uploadTokens.ts";

/** What the operations of queries and mutations work with. The codebase changes with every push. */
export interface TransactionServices extends MetaServices {
  codebase(): Codebase;
  catalog: Catalog;
  jobs: Jobs;
  files: StoredFiles;
  fileStore: FileStore;
  pageCursors: PageCursors;
  uploadTokens: UploadTokens;
}

type AsyncOperation = (call: CallContext, state: TransactionContext, args: never) => string | Promise<string>;
type Args<Shape> = Shape & Record<string, unknown>;

/** The host side of `Convex.syscall` and `Convex.asyncSyscall` for queries and mutations. */
export function createTransactionHost(services: TransactionServices): RealmHost {
  const operations = new Map<string, AsyncOperation>(
    Object.entries({
      ...databaseOperations(services.pageCursors),
      ...otherOperations(services),
      ...metaOperations(services),
    }),
  );
  const syncOperations = new Map<string, (call: CallContext, state: TransactionContext, args: never) => string>(
    Object.entries(syncDatabaseOperations),
  );
  return {
    ...ambientHost(),
    syscall(op, args) {
      const call = currentContext();
      const state = transactionOf(call, op);
      if (op === "1.0/getSnapshotTs") return `{"$integer":"${encodeInt64(state.transaction.snapshotTs)}"}`;
      const operation = syncOperations.get(op);
      if (operation === undefined) throw new Error(`Unknown operation ${op}`);
      return operation(call, state, JSON.parse(args) as never);
    },
    async asyncSyscall(op, args) {
      const call = currentContext();
      const state = transactionOf(call, op);
      const operation = operations.get(op);
      if (operation === undefined) throw new Error(`Unknown async operation ${op}`);
      while (state.gate !== null) await state.gate;
      if (state.transaction.ended) throw new Error("This function has ended; it cannot use the database any more.");
      return operation(call, state, JSON.parse(args) as never);
    },
    jsSyscall(op) {
      throw new Error(`${op} is only available in actions.`);
    },
    console: recordLogLine,
    fetch: () =>
      Promise.reject(new Error("Can't use fetch() in queries and mutations. Please consider using an action.")),
  };
}

function otherOperations(services: TransactionServices) {
  const { jobs, files } = services;
  return {
    "1.0/runUdf": (call: CallContext, state: TransactionContext, args: NestedCall) =>
      runNested(services, call, state, args),

    "1.0/createFunctionHandle"(call: CallContext, _state: TransactionContext, args: FunctionAddress): string {
      return JSON.stringify(services.codebase().createHandle(call.component, addressOf(args)));
    },

    "1.0/schedule"(
      call: CallContext,
      { transaction }: TransactionContext,
      args: Args<FunctionAddress & { ts: number; args: ConvexJson }>,
    ): string {
      const info = scheduleTarget(services.codebase(), call.component, addressOf(args));
      if (JSON.stringify(args.args).includes('"$commitTs"'))
        throw new Error(
          `Invalid arguments for "${info.path}": a scheduled function cannot take an unresolved placeholder value.`,
        );
      const job = {
        kind: "scheduled" as const,
        component: call.component,
        path: info.path,
        target: targetOf(info),
        lane: laneOf(info.kind),
        args: args.args,
        dueMs: dueMsOf(args.ts, Date.now()),
        parent: call.request.scheduledFunctionId,
      };
      return JSON.stringify(jobs.schedule(transaction, job));
    },

    "1.0/cancel_job"(call: CallContext, { transaction }: TransactionContext, { id }: { id: string }): string {
      if (id === call.request.scheduledFunctionId) throw new Error("A mutation cannot cancel itself");
      jobs.cancel(transaction, call.component, id);
      return "null";
    },

    "1.0/getUserIdentity"(call: CallContext, { transaction }: TransactionContext): string {
      transaction.reads.identity = true;
      return call.identity ?? "null";
    },

    "1.0/storageGenerateUploadUrl"(call: CallContext): string {
      return JSON.stringify(uploadUrl(services.cloudUrl, services.uploadTokens.create(call.component, Date.now())));
    },

    "1.0/storageGetUrl"(
      call: CallContext,
      { transaction }: TransactionContext,
      { storageId }: { storageId: string },
    ): string {
      const path = files.urlPath(transaction, call.component, storageId);
      return JSON.stringify(path === null ? null : services.cloudUrl + path);
    },

    "1.0/storageGetMetadata"(
      call: CallContext,
      { transaction }: TransactionContext,
      { storageId }: { storageId: string },
    ): string {
      return JSON.stringify(files.metadata(transaction, call.component, storageId));
    },

    "1.0/storageDelete"(
      call: CallContext,
      { transaction }: TransactionContext,
      { storageId }: { storageId: string },
    ): string {
      files.remove(transaction, call.component, storageId);
      return "null";
    },

    ...mutationFileOperations(services),
  } satisfies Record<string, AsyncOperation>;
}
