/**
 * The two transactions behind the HTTP API. Each authenticates the key by its hash, authorises, and runs one operation of
 * the table on input that the HTTP action has checked. Input and result cross as JSON text, which may hold any keys.
 */
import { v } from "convex/values";
import { authenticateApiKey } from "../../apiKeys/authenticate.ts";
import { isUseStale, noteUse } from "../../apiKeys/model.ts";
import { apiMutation, apiQuery, internalMutation, type Actor } from "../../functions.ts";
import { authorize } from "../../organizations/authorize.ts";
import { ApiFailure, type Operation } from "./operation.ts";
import { operations } from "./table.ts";

const args = { operationId: v.string(), input: v.string() };

/** `result` is JSON text of `Outcome`. `keyUseStale`: the caller should note the key's use. */
const returns = v.object({ result: v.string(), keyUseStale: v.boolean() });

/** What an operation came to. */
export type Outcome =
  { kind: "ok"; value: unknown } | { kind: "failure"; code: ApiFailure["code"]; message: string; details?: unknown };

export const runQuery = apiQuery({
  args,
  returns,
  handler: async (ctx, { operationId, input }) => ({
    result: await perform(ctx, { operationId, kind: "query", input }),
    keyUseStale: isUseStale(ctx.apiKey, Date.now()),
  }),
});

export const runMutation = apiMutation({
  args,
  returns,
  handler: async (ctx, { operationId, input }) => {
    await noteUse(ctx, ctx.apiKey);
    return { result: await perform(ctx, { operationId, kind: "mutation", input }), keyUseStale: false };
  },
});

/** Only authenticates: decides between 401 and what is wrong with a request that never gets to its transaction. */
export const checkKey = apiQuery({ args: {}, returns: v.null(), handler: () => null });

/** Not an `apiMutation`: reading does not count as writing. */
export const noteKeyUse = internalMutation({
  args: { keyHash: v.string() },
  returns: v.null(),
  handler: async (ctx, args) => {
    const { apiKey } = await authenticateApiKey(ctx, args);
    await noteUse(ctx, apiKey);
    return null;
  },
});

async function perform(
  ctx: { actor: Actor },
  call: { operationId: string; kind: Operation["kind"]; input: string },
): Promise<string> {
  const operation = operations.find(({ id, kind }) => id === call.operationId && kind === call.kind);
  if (operation === undefined) throw new Error(`There is no ${call.kind} operation ${call.operationId}.`);
  if (operation.permission !== null) authorize(ctx.actor, operation.permission);
  // The table has forgotten each handler's own types; input was checked against the operation's schemas.
  const value = await operation.handler(ctx as never, JSON.parse(call.input) as never);
  return JSON.stringify(toOutcome(value));
}

function toOutcome(value: unknown): Outcome {
  if (!(value instanceof ApiFailure)) return { kind: "ok", value };
  const { code, message, details } = value;
  return { kind: "failure", code, message, details };
}
