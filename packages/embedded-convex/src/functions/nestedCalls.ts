import type { Catalog } from "../store/catalog.ts";
import type { LimitName } from "../transaction/limits.ts";
import type { ConvexJson } from "../values/json.ts";
import { addressOf, type Codebase, type FunctionAddress } from "./codebase.ts";
import type { CallContext, TransactionContext } from "./context.ts";
import { checkReturn, identityFor, resolveCall, runUnchecked, tablesIn } from "./invoke.ts";
import { CallError, callerError, failureOf } from "./results.ts";

/** The arguments of the `runUdf` operation. */
export type NestedCall = FunctionAddress & {
  udfType: "query" | "mutation" | "snapshotQuery";
  args: ConvexJson;
  /** What the nested call may use at most, of what is left to the whole transaction. */
  transactionLimits?: Partial<Record<LimitName, number>>;
};

/** How many calls may be inside one another, the outermost not counted. */
const MAX_CALL_DEPTH = 8;
const TOO_DEEP = "Cross component call depth limit exceeded. Do you have an infinite loop in your app?";

interface NestedServices {
  codebase(): Codebase;
  catalog: Catalog;
}

/**
 * Runs a query or mutation inside the caller's transaction, also one of another component; a failed mutation leaves nothing
 * behind. Meanwhile all other operations of the caller wait: they would land in the savepoint of the nested call, and be lost
 * with it although their promises were fulfilled.
 */
export async function runNested(
  services: NestedServices,
  call: CallContext,
  state: TransactionContext,
  args: NestedCall,
): Promise<string> {
  const { promise, resolve: open } = Promise.withResolvers<void>();
  state.gate = promise;
  const lift = state.transaction.usage.restrict(args.transactionLimits ?? {});
  try {
    return await run(services, call, state, args);
  } catch (error) {
    throw callerError(failureOf(error, []));
  } finally {
    lift();
    state.gate = null;
    open();
  }
}

async function run(
  services: NestedServices,
  call: CallContext,
  state: TransactionContext,
  args: NestedCall,
): Promise<string> {
  const kind = args.udfType === "mutation" ? "mutation" : "query";
  const { transaction } = state;
  if (kind === "mutation" && !transaction.writable) throw new Error("Queries cannot run mutations.");
  if (state.depth >= MAX_CALL_DEPTH) throw new CallError(TOO_DEEP);
  const { component, identity, request } = call;
  const text = JSON.stringify(args.args);
  const target = { callId: "", address: addressOf(args), component, access: "internal" as const, request };
  const info = resolveCall(services.codebase(), { ...target, args: text, identity }, kind);
  const own = args.udfType === "snapshotQuery" ? transaction.atSnapshot() : transaction;
  const nested: CallContext = {
    ...call,
    kind,
    component: info.component,
    path: info.path,
    identity: identityFor(call, info),
    transaction: {
      ...state,
      transaction: own,
      depth: state.depth + 1,
      cursors: new Map(),
      gate: null,
      journal: { last: null, next: null },
    },
  };
  const invoke = () => runUnchecked(info, text, nested, services.catalog);
  const value = await (kind === "mutation" ? transaction.nested(invoke) : invoke());
  // A caller that goes on after a wrong result keeps what was written, as on Convex.
  checkReturn(info, value, tablesIn(services.catalog));
  return value;
}
