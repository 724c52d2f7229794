import type { IncomingMessage, ServerResponse } from "node:http";
import type { CallResult } from "../functions/results.ts";
import type { Manifest } from "../deploy/manifest.ts";
import type { SessionIdentity } from "../sync/session.ts";
import { HttpError, readJson, sendJson } from "./responses.ts";

/** A call over HTTP. */
export interface HttpFunctionCall {
  path: string;
  component: string;
  args: string;
  caller: SessionIdentity;
}

export interface FunctionApiServices {
  caller(request: IncomingMessage): Promise<SessionIdentity>;
  query(call: HttpFunctionCall): Promise<CallResult>;
  systemQuery(call: HttpFunctionCall): Promise<CallResult>;
  mutation(call: HttpFunctionCall): Promise<CallResult>;
  action(call: HttpFunctionCall): Promise<CallResult>;
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
  const call = { path: body.path, component, args: JSON.stringify(args), caller };
  sendResult(response, await run(services, endpoint, call));
}

function run(services: FunctionApiServices, endpoint: FunctionEndpoint, call: HttpFunctionCall): Promise<CallResult> {
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
function kindOf(manifest: Manifest, { path, component }: HttpFunctionCall): "query" | "mutation" | "action" {
  const [module = "", name = "default"] = path.split(":");
  const functions = manifest.components.find((candidate) => candidate.path === component)?.functions ?? {};
  const found = functions[`${module.replace(/\.js$/, "")}.js`]?.functions.find((candidate) => candidate.name === name);
  return (found?.udfType.toLowerCase() ?? "query") as "query" | "mutation" | "action";
}

function sendResult(response: ServerResponse, result: CallResult): void {
  const logLines = JSON.stringify(result.logs);
  if (result.ok) return sendJson(response, 200, `{"status":"success","value":${result.value},"logLines":${logLines}}`);
  const data = result.data === undefined ? "" : `,"errorData":${result.data}`;
  const text = `{"status":"error","errorMessage":${JSON.stringify(result.error)}${data},"logLines":${logLines}}`;
  sendJson(response, STATUS_FUNCTION_FAILED, text);
}
