import { internal } from "../../_generated/api.js";
import { httpAction, type ActionCtx } from "../../functions.ts";
import { sha256Hex } from "../../lib/bytes.ts";
import { appError, errorStatuses, readAppError, type ErrorCode } from "../../lib/errors.ts";
import type { Outcome } from "./dispatch.ts";
import { API_PREFIX, matchOperation, type Match } from "./match.ts";
import { makeOpenApiDocument } from "./openapi.ts";
import { readInput, readKey } from "./request.ts";

type Found = Extract<Match, { kind: "found" }>;

/** Everything under `/api/v1`. */
export const handleApiRequest = httpAction(async (ctx, request) => {
  const { pathname, origin } = new URL(request.url);
  if (pathname === `${API_PREFIX}/openapi.json`) return openApi(request, origin);
  const match = matchOperation(request.method, pathname);
  if (match.kind === "not_found") return failure({ code: "not_found", message: "There is nothing at this address." });
  if (match.kind === "method_not_allowed") return methodNotAllowed(match.allowed);
  try {
    return await answer(ctx, request, match);
  } catch (error) {
    return describeError(error);
  }
});

function openApi(request: Request, origin: string): Response {
  return ["GET", "HEAD"].includes(request.method)
    ? json(200, makeOpenApiDocument(`${origin}${API_PREFIX}`))
    : methodNotAllowed(["GET"]);
}

async function answer(ctx: ActionCtx, request: Request, { operation, params }: Found): Promise<Response> {
  const keyHash = await sha256Hex(readKey(request));
  const input = await checkedInput(ctx, request, { operation, params, keyHash });
  const call = { keyHash, operationId: operation.id, input: JSON.stringify(input) };
  const { result, keyUseStale } =
    operation.kind === "query"
      ? await ctx.runQuery(internal.api.v1.dispatch.runQuery, call)
      : await ctx.runMutation(internal.api.v1.dispatch.runMutation, call);
  if (keyUseStale) await ctx.runMutation(internal.api.v1.dispatch.noteKeyUse, { keyHash });
  const outcome = JSON.parse(result) as Outcome;
  return outcome.kind === "ok" ? json(operation.status, outcome.value) : failure(outcome);
}

/** A bad request with a bad key is told about the key only. */
async function checkedInput(ctx: ActionCtx, request: Request, call: Omit<Found, "kind"> & { keyHash: string }) {
  try {
    return await readInput(request, call.operation, call.params);
  } catch (error) {
    await ctx.runQuery(internal.api.v1.dispatch.checkKey, { keyHash: call.keyHash });
    throw error;
  }
}

function describeError(error: unknown): Response {
  const known = readAppError(error);
  if (known !== null) return failure(known);
  console.error("api/v1:", error);
  return failure(appError("internal", "Something went wrong on our side. It has been logged.").data);
}

function methodNotAllowed(allowed: string[]): Response {
  const response = failure({ code: "method_not_allowed", message: "This address does not take this method." });
  response.headers.set("Allow", [...new Set(allowed)].join(", "));
  return response;
}

function failure(error: { code: ErrorCode; message: string; details?: unknown }): Response {
  const { code, message, details } = error;
  const response = json(errorStatuses[code], {
    error: { code, message, details: details ?? null },
  });
  const retryAfterMs = (details as { retryAfterMs?: unknown } | undefined)?.retryAfterMs;
  if (typeof retryAfterMs === "number") response.headers.set("Retry-After", String(Math.ceil(retryAfterMs / 1000)));
  if (code === "unauthenticated") response.headers.set("WWW-Authenticate", "Bearer");
  return response;
}

function json(status: number, value: unknown): Response {
  const headers = { "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff" };
  return Response.json(value, { status, headers });
}
