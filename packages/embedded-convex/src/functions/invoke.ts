import { randomInt } from "node:crypto";
import type { Catalog } from "../store/catalog.ts";
import type { Transaction } from "../transaction/transaction.ts";
import type { ConvexJson } from "../values/json.ts";
import { displaySize, jsonSize, MAX_VALUE_NESTING, nesting } from "../values/limits.ts";
import { type TableNames, type TableNumbers, validateValue } from "../values/validator.ts";
import { type Codebase, type FunctionAddress, type FunctionInfo, type FunctionKind, notFound } from "./codebase.ts";
import { type CallContext, runInContext, seededRandom, type TransactionContext } from "./context.ts";
import type { PageJournal } from "./pagination.ts";
import type { RequestInfo } from "./request.ts";
import { CallError } from "./results.ts";

/** A call of a function by name, reference or handle. */
export interface FunctionCall {
  /** Names this call in the whole process: should its thread be ended, the culprit can be told from the innocent. */
  callId: string;
  address: FunctionAddress;
  /** The component from which the address is seen. */
  component: string;
  /** One object, as Convex JSON text. */
  args: string;
  /** JSON text, or null. */
  identity: string | null;
  /** `public` callers (browsers) see only public functions. */
  access: "public" | "internal";
  /** What started the whole of it. */
  request: RequestInfo;
}

const MAX_VALUE_BYTES = 16 * 1024 * 1024;

/** The tables of each component, for checking ids in arguments and results. */
export interface TablesOf {
  numbers(component: string): TableNumbers;
  names(component: string): TableNames;
}

/**
 * Finds the target of a call.
 *
 * @throws CallError if it is missing, hidden from the caller, or of another kind than `kind`.
 */
export function resolveCall(codebase: Codebase, call: FunctionCall, kind: FunctionKind): FunctionInfo {
  let info: FunctionInfo;
  try {
    info = codebase.resolve(call.component, call.address);
  } catch (error) {
    // What is hidden and what is missing answer the same: nobody learns which internal functions there are.
    const { name } = call.address;
    if (call.access === "public" && name !== undefined) throw new CallError(notFound(name, "public function"));
    throw new CallError(error instanceof Error ? error.message : String(error));
  }
  if (call.access === "public" && !info.isPublic)
    throw new CallError(notFound(call.address.name ?? info.path, "public function"));
  if (info.kind !== kind) {
    throw new CallError(
      `Trying to execute ${info.path} as ${titleCase(kind)}, but it is defined as ${titleCase(info.kind)}.`,
    );
  }
  return info;
}

/** Who a function runs for: identities do not cross into other components. */
export function identityFor(
  call: Pick<FunctionCall, "component" | "identity">,
  info: Pick<FunctionInfo, "component">,
): string | null {
  return info.component === call.component ? call.identity : null;
}

/** @throws CallError `ArgumentValidationError: ...` */
export function checkArguments(info: FunctionInfo, text: string, tables: TablesOf): void {
  const args = JSON.parse(text) as ConvexJson;
  checkSize(args, text, `Arguments for ${info.path} are`);
  const { component } = info;
  const problem = validateValue(info.args, args, tables.numbers(component), tables.names(component));
  if (problem !== null) throw new CallError(`ArgumentValidationError: ${problem}`);
}

/** @throws CallError `ReturnsValidationError: ...` */
export function checkReturn(info: FunctionInfo, text: string, tables: TablesOf): void {
  if (info.returns === null && text.length < SURELY_SMALL && isSurelyFlat(text)) return;
  const value = JSON.parse(text) as ConvexJson;
  checkSize(value, text, `Function ${info.path} return value is`);
  checkNesting(value);
  if (info.returns === null) return;
  const { component } = info;
  const problem = validateValue(info.returns, value, tables.numbers(component), tables.names(component));
  if (problem !== null) throw new CallError(`ReturnsValidationError: ${problem}`);
}

/** A character of JSON stands for 9 bytes of Convex's measure at most. */
const SURELY_SMALL = MAX_VALUE_BYTES / 9;

/** Most results have fewer brackets in all than may be inside one another, and need not be looked at. */
function isSurelyFlat(text: string): boolean {
  let brackets = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if ((code === OPEN_BRACKET || code === OPEN_BRACE) && ++brackets > MAX_VALUE_NESTING) return false;
  }
  return true;
}

const OPEN_BRACKET = 0x5b;
const OPEN_BRACE = 0x7b;

function checkNesting(value: ConvexJson): void {
  const depth = nesting(value);
  if (depth <= MAX_VALUE_NESTING) return;
  throw new CallError(`Value is too nested (nested ${depth} levels deep > maximum nesting ${MAX_VALUE_NESTING})`);
}

function checkSize(value: ConvexJson, text: string, what: string): void {
  const size = text.length < SURELY_SMALL ? 0 : jsonSize(value);
  if (size <= MAX_VALUE_BYTES) return;
  throw new CallError(`${what} too large (actual: ${displaySize(size)}, limit: ${displaySize(MAX_VALUE_BYTES)})`);
}

/** The context of a query or mutation that starts a transaction. */
export function rootContext(options: {
  kind: "query" | "mutation";
  info: { component: string; path: string };
  identity: string | null;
  transaction: Transaction;
  journal: PageJournal | null;
  request: RequestInfo;
}): CallContext & { transaction: TransactionContext } {
  return {
    kind: options.kind,
    component: options.info.component,
    path: options.info.path,
    identity: options.identity,
    logs: [],
    request: options.request,
    transaction: {
      transaction: options.transaction,
      nowMs: Date.now(),
      random: seededRandom(randomInt(2 ** 32)),
      depth: 0,
      cursors: new Map(),
      nextCursor: 1,
      gate: null,
      journal: { last: options.journal, next: null },
    },
  };
}

/**
 * A nested call that the function has begun and not waited for is finished as a whole, with what waits behind it, before the
 * function counts as ended: half of it must be neither committed, nor written when the function was rolled back.
 */
async function nestedCallsEnd({ transaction }: CallContext): Promise<void> {
  while (transaction !== null && transaction.gate !== null) await transaction.gate;
}

/** Runs a query or mutation in a prepared context; checks arguments and result. Returns Convex JSON text. */
export async function runFunction(
  info: FunctionInfo,
  args: string,
  context: CallContext,
  catalog: Catalog,
): Promise<string> {
  const value = await runUnchecked(info, args, context, catalog);
  checkReturn(info, value, tablesIn(catalog));
  return value;
}

/** As `runFunction`, but leaves the result to be checked by the caller. */
export async function runUnchecked(
  info: FunctionInfo,
  args: string,
  context: CallContext,
  catalog: Catalog,
): Promise<string> {
  checkArguments(info, args, tablesIn(catalog));
  const list = `[${args}]`;
  let value: string | undefined;
  try {
    value = await runInContext(context, () => {
      const registered = info.load();
      return info.kind === "query" ? registered.invokeQuery?.(list) : registered.invokeMutation?.(list);
    });
  } finally {
    await nestedCallsEnd(context);
  }
  if (typeof value !== "string") throw new CallError(`${info.path} is not a ${info.kind} in the deployed code.`);
  return value;
}

/** The tables of a catalog, for checking ids. */
export function tablesIn(catalog: Catalog): TablesOf {
  return {
    numbers: (component) => catalog.tableNumbers(component),
    names: (component) => catalog.tableNames(component),
  };
}

function titleCase(kind: string): string {
  return kind[0]!.toUpperCase() + kind.slice(1);
}
