import type { RealmHost } from "../isolate/realm.ts";
import type { TransactorOperations } from "../process/messages.ts";
import { dueMsOf } from "../scheduler/dueTime.ts";
import { laneOf } from "../scheduler/jobRunner.ts";
import type { VectorRequest } from "../search/vectorQuery.ts";
import type { FileStore } from "../storage/files.ts";
import { addRow } from "../storage/rows.ts";
import type { AuditEntry } from "../transaction/transaction.ts";
import type { ConvexJson } from "../values/json.ts";
import { auditEntry } from "./auditLog.ts";
import { type Codebase, addressOf, type FunctionAddress, targetOf } from "./codebase.ts";
import { ambientHost, type CallContext, currentContext } from "./context.ts";
import type { FunctionCall } from "./invoke.ts";
import { recordLogLine } from "./logLines.ts";
import { type CallResult, callerError } from "./results.ts";
import { DEPLOYMENT_METADATA, functionMetadata, requestMetadata } from "./metaOperations.ts";
import { scheduleTarget } from "./scheduleTarget.ts";
import { type UploadTokens, uploadUrl } from "./uploadTokens.ts";

/** The transactor as seen from an action worker. */
export type TransactorClient = {
  [Name in keyof TransactorOperations]: (
    ...args: Parameters<TransactorOperations[Name]>
  ) => ReturnType<TransactorOperations[Name]>;
};

export interface ActionServices {
  codebase(): Codebase;
  transactor: TransactorClient;
  files: FileStore;
  uploadTokens: () => UploadTokens;
  cloudUrl: () => string;
  fetch: typeof fetch;
  onAudit: (entry: AuditEntry) => void;
  runAction(call: FunctionCall): Promise<CallResult>;
  /** A number that no other call of this process has. */
  nextCallId(): string;
}

type Target = FunctionAddress & { args: ConvexJson };
type AsyncOperation = (call: CallContext, args: never) => string | Promise<string>;
/** What a mutation can do too goes by the name without the prefix there. */
const ACTION_PREFIX = "1.0/actions/";

/** The host side of Convex's operations for actions and HTTP actions: everything that touches data goes to the transactor. */
export function createActionHost(services: ActionServices): RealmHost {
  const operations = new Map<string, AsyncOperation>(
    Object.entries({ ...callOperations(services), ...storageOperations(services), ...metaOperations(services) }),
  );
  return {
    ...ambientHost(),
    syscall(op) {
      throw new Error(`${op} is not available in actions; use ctx.runQuery or ctx.runMutation.`);
    },
    async asyncSyscall(op, args) {
      const call = currentContext();
      const operation = operations.get(op);
      if (operation === undefined) throw new Error(`Unknown async operation ${op}`);
      return operation(call, JSON.parse(args) as never);
    },
    jsSyscall: (op, args) => storageSyscall(services, op, args),
    console: recordLogLine,
    fetch: services.fetch,
  };
}

function callOperations(services: ActionServices) {
  const toCall = (call: CallContext, target: Target): FunctionCall => {
    return {
      callId: services.nextCallId(),
      address: addressOf(target),
      component: call.component,
      args: JSON.stringify(target.args),
      identity: call.identity,
      access: "internal",
      request: call.request,
    };
  };
  return {
    [`${ACTION_PREFIX}query`]: async (call: CallContext, target: Target) =>
      unwrap(await services.transactor.query(toCall(call, target))),
    [`${ACTION_PREFIX}mutation`]: async (call: CallContext, target: Target) =>
      unwrap(await services.transactor.mutation({ ...toCall(call, target), sessionRequest: null })),
    [`${ACTION_PREFIX}action`]: async (call: CallContext, target: Target) =>
      unwrap(await services.runAction(toCall(call, target))),
    [`${ACTION_PREFIX}schedule`]: async (call: CallContext, args: Target & { ts: number }) => {
      const info = scheduleTarget(services.codebase(), call.component, addressOf(args));
      const job = {
        component: call.component,
        target: targetOf(info),
        path: info.path,
        lane: laneOf(info.kind),
        args: JSON.stringify(args.args),
        dueMs: dueMsOf(args.ts, Date.now()),
        parent: call.request.scheduledFunctionId,
      };
      return JSON.stringify(await services.transactor.schedule(job));
    },
    [`${ACTION_PREFIX}cancel_job`]: async ({ component }: CallContext, { id }: { id: string }) => {
      await services.transactor.cancelJob({ component, id });
      return "null";
    },
    [`${ACTION_PREFIX}vectorSearch`]: ({ component }: CallContext, { query }: { query: VectorRequest }) =>
      services.transactor.vectorSearch({ component, query }),
    "1.0/createFunctionHandle": (call: CallContext, address: FunctionAddress) =>
      JSON.stringify(services.codebase().createHandle(call.component, addressOf(address))),
  } satisfies Record<string, AsyncOperation>;
}

function storageOperations({ transactor, uploadTokens, cloudUrl }: ActionServices) {
  return {
    "1.0/storageGenerateUploadUrl": ({ component }: CallContext) =>
      JSON.stringify(uploadUrl(cloudUrl(), uploadTokens().create(component, Date.now()))),
    "1.0/storageGetUrl": async ({ component }: CallContext, { storageId }: { storageId: string }) => {
      const path = await transactor.storageUrlPath({ component, storageId });
      return JSON.stringify(path === null ? null : cloudUrl() + path);
    },
    "1.0/storageGetMetadata": ({ component }: CallContext, { storageId }: { storageId: string }) =>
      transactor.storageMetadata({ component, storageId }),
    "1.0/storageDelete": async ({ component }: CallContext, { storageId }: { storageId: string }) => {
      await transactor.storageRemove({ component, storageId });
      return "null";
    },
  } satisfies Record<string, AsyncOperation>;
}

function metaOperations({ onAudit }: ActionServices) {
  return {
    "1.0/createServiceToken": noServices,
    "1.0/getServiceUrl": noServices,
    "1.0/getUserIdentity": (call: CallContext) => call.identity ?? "null",
    "1.0/getFunctionMetadata": (call: CallContext) => functionMetadata(call),
    "1.0/getDeploymentMetadata": () => JSON.stringify(DEPLOYMENT_METADATA),
    "1.0/getRequestMetadata": (call: CallContext) => JSON.stringify(requestMetadata(call)),
    "1.0/auditLog": (call: CallContext, { body }: { body: ConvexJson }) => {
      onAudit(auditEntry(call, body, Date.now()));
      return "null";
    },
  } satisfies Record<string, AsyncOperation>;
}

function noServices(): never {
  throw new Error("Services of Convex Cloud are not available in the embedded deployment.");
}

async function storageSyscall(
  { transactor, files }: ActionServices,
  op: string,
  args: { blob?: Blob; options?: { sha256?: string }; storageId?: string },
): Promise<unknown> {
  const { component } = currentContext();
  if (op === "storage/storeBlob" && args.blob !== undefined) {
    const stored = await files.put(args.blob.stream());
    const expected = args.options?.sha256;
    if (expected !== undefined && expected !== stored.sha256) {
      await files.delete(stored.key);
      throw new Error(`The SHA-256 of the stored file is ${stored.sha256}, expected ${expected}`);
    }
    const file = { file: stored.key, sha256: stored.sha256, size: stored.size, contentType: args.blob.type || null };
    return addRow(files, stored.key, () => transactor.storageAdd({ component, file }));
  }
  if (op === "storage/getBlob" && args.storageId !== undefined) {
    const location = await transactor.storageLocate({ component, storageId: args.storageId });
    if (location === null) return null;
    return new Blob([await files.read(location.file)], {
      type: location.contentType ?? "",
    });
  }
  throw new Error(`Unknown operation ${op}`);
}

function unwrap(result: CallResult): string {
  if (!result.ok) throw callerError(result);
  return result.value;
}
