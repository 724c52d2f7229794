import type { IncomingMessage, ServerResponse } from "node:http";
import type { FunctionLogs } from "../deploy/functionLogs.ts";
import type { PushApi } from "../deploy/pushApi.ts";
import { parseStartPush } from "../deploy/pushRequest.ts";
import type { ActionPool } from "../process/actionPool.ts";
import { encodeTs } from "../sync/protocol.ts";
import type { Callers } from "./callers.ts";
import {
  FUNCTION_ENDPOINTS,
  type FunctionApiServices,
  type FunctionEndpoint,
  handleFunctionCall,
} from "./functionApi.ts";
import { HttpError, readJson, send, sendJson, sendPreflight } from "./responses.ts";
import { handleDownload, handleUpload, type StorageApiServices } from "./storageApi.ts";

export interface ApiServices {
  cloudUrl: string;
  siteUrl: string;
  push: PushApi;
  pool: ActionPool;
  logs: FunctionLogs;
  callers: Callers;
  /** The newest commit timestamp, decimal. */
  observeTs(): Promise<string>;
  functions: FunctionApiServices;
  storage: StorageApiServices;
}

interface ApiRequest {
  services: ApiServices;
  url: URL;
  request: IncomingMessage;
  response: ServerResponse;
}

type Handler = (call: ApiRequest) => Promise<unknown>;

const VERSION = "embedded-1.48.0";
const MAX_PUSH_BYTES = 256 * 1024 * 1024;

/** Answers everything on the port of the client API but WebSockets. */
export async function handleApiRequest(
  services: ApiServices,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? "/", services.cloudUrl);
  const call: ApiRequest = { services, url, request, response };
  if (request.method === "OPTIONS") return sendPreflight(response);
  if (url.pathname === "/version") return send(response, 200, VERSION, "text/plain");
  if (url.pathname === "/instance_name") return send(response, 200, "embedded", "text/plain");
  const endpoint = url.pathname.startsWith("/api/") ? url.pathname.slice("/api/".length) : "";
  if (isFunctionEndpoint(endpoint)) return handleFunctionCall(services.functions, endpoint, request, response);
  if (endpoint === "storage/upload") return handleUpload(services.storage, url, request, response);
  const uuid = /^storage\/([0-9a-f-]{36})$/.exec(endpoint)?.[1];
  if (uuid !== undefined) return handleDownload(services.storage, uuid, request, response);
  const handler = Object.hasOwn(HANDLERS, endpoint) ? HANDLERS[endpoint] : undefined;
  if (handler === undefined)
    throw new HttpError(404, "NotFound", `${url.pathname} is not offered by the embedded deployment`);
  sendJson(response, 200, await handler(call));
}

const HANDLERS: Record<string, Handler> = {
  query_ts: async ({ services }) => ({ ts: encodeTs(BigInt(await services.observeTs())) }),
  get_config_hashes: async (call) => {
    await adminBody(call);
    return call.services.push.configHashes();
  },
  "v1/get_canonical_urls": async ({ services, request }) => {
    services.callers.requireAdmin(request.headers.authorization);
    return { convexCloudUrl: services.cloudUrl, convexSiteUrl: services.siteUrl };
  },
  "deploy2/start_push": async (call) => call.services.push.start(parseStartPush(await adminBody(call))),
  "deploy2/evaluate_push": async (call) =>
    call.services.push.start({ ...parseStartPush(await adminBody(call)), dryRun: true }),
  "deploy2/evaluate_schema": async (call) => call.services.push.evaluateSchema(parseStartPush(await adminBody(call))),
  "deploy2/wait_for_schema": async (call) => call.services.push.waitForSchema(await adminBody(call)),
  "deploy2/finish_push": async (call) => call.services.push.finish(await adminBody(call)),
  "deploy2/report_push_completed": async (call) => {
    await adminBody(call);
    return null;
  },
  update_environment_variables: async (call) => {
    const { changes } = (await adminBody(call)) as { changes?: { name: string; value?: string | null }[] };
    if (!Array.isArray(changes)) throw new HttpError(400, "BadRequest", "The body must have changes");
    await call.services.push.updateEnvironment(changes);
    return null;
  },
  stream_function_logs: async ({ services, request, url }) => {
    services.callers.requireAdmin(request.headers.authorization);
    return services.logs.poll(Number(url.searchParams.get("cursor") ?? 0) || 0);
  },
  "embedded/outbound": async (call) => {
    const { services, request } = call;
    services.callers.requireAdmin(request.headers.authorization);
    if (request.method === "POST") await changeOutbound(call);
    return { allow: services.pool.outboundList() };
  },
};

async function changeOutbound({ services, request }: ApiRequest): Promise<void> {
  const {
    add = [],
    remove = [],
    ttlMs,
  } = (await readJson(request, MAX_PUSH_BYTES)) as { add?: string[]; remove?: string[]; ttlMs?: number };
  try {
    await services.pool.changeOutbound({ add, remove, ttlMs: ttlMs ?? null });
  } catch (error) {
    throw new HttpError(400, "BadRequest", error instanceof Error ? error.message : String(error));
  }
}

/** The JSON body of an administrator, who names the key in it or in the header. */
async function adminBody({ services, request }: ApiRequest): Promise<Record<string, unknown>> {
  const { authorization } = request.headers;
  // Before the body is read: a stranger must not make us read and unpack 256 MB.
  if (authorization !== undefined) services.callers.requireAdmin(authorization);
  const body = (await readJson(request, authorization === undefined ? 1024 * 1024 : MAX_PUSH_BYTES)) as Record<
    string,
    unknown
  >;
  if (authorization === undefined) services.callers.requireAdminKey(body.adminKey);
  return body;
}

function isFunctionEndpoint(endpoint: string): endpoint is FunctionEndpoint {
  return (FUNCTION_ENDPOINTS as readonly string[]).includes(endpoint);
}
