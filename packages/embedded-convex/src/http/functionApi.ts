import type { IncomingMessage, ServerResponse } from "node:http";
import type { Caller } from "../auth/caller.ts";
import { errorMessage, type Viewer, visibleLogs } from "../functions/disclosure.ts";
import { newRequest } from "../functions/request.ts";
import type { CallResult } from "../functions/results.ts";
import type { ClientCall } from "../process/clientCalls.ts";
import type { Manifest } from "../deploy/manifest.ts";
import type { RequestSource } from "./clientAddress.ts";
import { HttpError, readJson, sendJson } from "./responses.ts";

export interface FunctionApiServices {
  caller(request: IncomingMessage): Promise<Caller>;
  source(request: IncomingMessage): RequestSource;
  /** Everybody, and not only administrators, sees messages and stacks of errors. */
  showErrors: boolean;
  query(call: ClientCall): Promise<CallResult>;
  systemQuery(call: ClientCall): Promise<CallResult>;
  mutation(call: ClientCall): Promise<CallResult>;
  action(call: ClientCall): Promise<CallResult>;
  inlineQuery(call: Omit<ClientCall, "path">, source: string): Promise<CallResult>;
  manifest(): Manifest;
}

export const FUNCTION_ENDPOINTS = ["query", "query_at_ts", "mutation", "action", "function"] as const;
export type FunctionEndpoint = (typeof FUNCTION_ENDPOINTS)[number];

/** Arguments may have 16 MiB. */
const MAX_BODY_BYTES = 20 * 1024 * 1024;
/** What Convex's HTTP client takes for "the function has failed". */
const STATUS_FUNCTION_FAILED = 560;

/** `POST /api/{query,mutation,action,function}`: the HTTP API of `ConvexHttpClient` and of any other HTTP client. */
export async function handleFunctionCall(
  services: FunctionApiServices,
  endpoint: FunctionEndpoint,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = (await readJson(request, MAX_BODY_BYTES)) as { path?: unknown; args?: unknown; componentPath?: unknown };
  if (typeof body !== "object" || body === null || typeof body.path !== "string") {
    throw new HttpError(400, "BadRequest", "The body must have a path");
  }
  const caller = await services.caller(request);
  const args: unknown = Array.isArray(body.args) ? (body.args[0] ?? {}) : (body.args ?? {});
  const component = caller.admin && typeof body.componentPath === "string" ? body.componentPath : "";
  const origin = newRequest({ ...services.source(request), authToken: caller.authToken });
  const call = { path: body.path, component, args: JSON.stringify(args), caller, request: origin };
  const result = await run(services, endpoint, call);
  sendResult(response, result, { requestId: origin.requestId, seesErrors: caller.admin || services.showErrors });
}

/** `POST /api/run_test_function`: a query of an administrator that is no function of the deployed code. */
export async function handleInlineQuery(services: FunctionApiServices, request: IncomingMessage): Promise<unknown> {
  const body = (await readJson(request, MAX_BODY_BYTES)) as {
    bundle?: { source?: unknown };
    args?: unknown;
    componentId?: unknown;
  };
  const source = body.bundle?.source;
  if (typeof source !== "string") throw new HttpError(400, "BadRequest", "The body must have a bundle with a source");
  const caller = await services.caller(request);
  const component = typeof body.componentId === "string" ? body.componentId : "";
  const origin = newRequest({ ...services.source(request), authToken: caller.authToken });
  const call = { component, args: JSON.stringify(body.args ?? {}), caller, request: origin };
  const result = await services.inlineQuery(call, source);
  return result.ok
    ? { status: "success", value: JSON.parse(result.value) as unknown, logLines: result.logs }
    : { status: "error", errorMessage: result.error, logLines: result.logs };
}

function run(services: FunctionApiServices, endpoint: FunctionEndpoint, call: ClientCall): Promise<CallResult> {
  if (call.caller.admin && call.path.startsWith("_system/")) return services.systemQuery(call);
  switch (endpoint) {
    case "query":
    case "query_at_ts":
      return services.query(call);
    case "mutation":
      return services.mutation(call);
    case "action":
      return services.action(call);
    case "function":
      return services[kindOf(services.manifest(), call)](call);
  }
}

/** `convex run` does not say what it calls; an unknown function is reported like a missing query. */
function kindOf(manifest: Manifest, { path, component }: ClientCall): "query" | "mutation" | "action" {
  const [module = "", name = "default"] = path.split(":");
  const functions = manifest.components.find((candidate) => candidate.path === component)?.functions ?? {};
  const found = functions[`${module.replace(/\.js$/, "")}.js`]?.functions.find((candidate) => candidate.name === name);
  return (found?.udfType.toLowerCase() ?? "query") as "query" | "mutation" | "action";
}

function sendResult(response: ServerResponse, result: CallResult, viewer: Viewer & { requestId: string }): void {
  const logLines = JSON.stringify(visibleLogs(result.logs, viewer));
  if (result.ok) return sendJson(response, 200, `{"status":"success","value":${result.value},"logLines":${logLines}}`);
  const data = result.data === undefined ? "" : `,"errorData":${result.data}`;
  const message = JSON.stringify(errorMessage(result.error, viewer.requestId, viewer));
  const text = `{"status":"error","errorMessage":${message}${data},"logLines":${logLines}}`;
  sendJson(response, STATUS_FUNCTION_FAILED, text);
}
