import type { JsonWebKey } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { DATA_ROUTES } from "../data/dataApi.ts";
import type { Transfers } from "../data/transfers.ts";
import type { FunctionLogs } from "../deploy/functionLogs.ts";
import type { PushApi } from "../deploy/pushApi.ts";
import { parseStartPush } from "../deploy/pushRequest.ts";
import { changeVariables, type VariableChange, type VariablesServices } from "../deploy/variables.ts";
import type { ActionPool } from "../process/actionPool.ts";
import type { MemoryReport, WorkReport } from "../process/memory.ts";
import { encodeTs } from "../sync/protocol.ts";
import type { Callers } from "./callers.ts";
import type { AllowedOrigins } from "./origins.ts";
import {
  FUNCTION_ENDPOINTS,
  type FunctionApiServices,
  type FunctionEndpoint,
  handleFunctionCall,
  handleInlineQuery,
} from "./functionApi.ts";
import { corsHeaders, HttpError, isAnswerable, readJson, send, sendJson, sendPreflight } from "./responses.ts";
import { handleDownload, handleUpload, type StorageApiServices } from "./storageApi.ts";

export interface ApiServices {
  cloudUrl: string;
  siteUrl: string;
  push: PushApi;
  variables: VariablesServices;
  transfers: Transfers;
  pool: ActionPool;
  logs: FunctionLogs;
  callers: Callers;
  origins: AllowedOrigins;
  memory(): Promise<MemoryReport>;
  work(): WorkReport;
  /** A JSON Web Key Set. */
  publicKeys(): { keys: JsonWebKey[] };
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

/** Answers with JSON, unless the handler has answered itself. */
type Handler = (call: ApiRequest) => Promise<unknown>;

const VERSION = "embedded-1.48.0";
/** Where the keys are that verify the tokens of `ctx.auth.signJwt`. */
export const JWKS_PATH = "/.well-known/jwks.json";
const MAX_PUSH_BYTES = 256 * 1024 * 1024;

/** Answers everything on the port of the client API but WebSockets. */
export async function handleApiRequest(
  services: ApiServices,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = URL.parse(request.url ?? "/", services.cloudUrl);
  if (url === null) throw new HttpError(400, "BadRequest", "The request has an invalid URL");
  const call: ApiRequest = { services, url, request, response };
  if (!services.origins.allows(request.headers.origin))
    throw new HttpError(403, "OriginNotAllowed", "This page may not use the deployment");
  if (request.method === "OPTIONS") return sendPreflight(response);
  const handler = publicHandler(url.pathname) ?? adminHandler(url.pathname);
  if (handler === undefined)
    throw new HttpError(404, "NotFound", `${url.pathname} is not offered by the embedded deployment`);
  const answer = await handler(call);
  if (!response.headersSent) sendJson(response, 200, answer);
}

/** What anybody may call; the handlers find out themselves who is calling. */
export const PUBLIC_ROUTES: Readonly<Record<string, Handler>> = {
  [JWKS_PATH]: async ({ services }) => services.publicKeys(),
  "/version": async ({ response }) => send(response, 200, VERSION, "text/plain"),
  "/instance_name": async ({ response }) => send(response, 200, "embedded", "text/plain"),
  "/api/query_ts": async ({ services }) => ({ ts: encodeTs(BigInt(await services.observeTs())) }),
  // `convex network-test` sends megabytes and expects them back; nothing is kept.
  "/echo": async ({ request, response }) => {
    response.writeHead(200, { ...corsHeaders, "content-type": "application/octet-stream" });
    await pipeline(request, response);
  },
  "/api/storage/upload": ({ services, url, request, response }) =>
    handleUpload(services.storage, url, request, response),
  ...Object.fromEntries(FUNCTION_ENDPOINTS.map((endpoint) => [`/api/${endpoint}`, functionHandler(endpoint)])),
};

/** What needs the admin key: it is checked here, for all of them, before anything of the request is read. */
export const ADMIN_ROUTES: Readonly<Record<string, Handler>> = {
  "/api/get_config_hashes": async ({ services }) => services.push.configHashes(),
  "/api/v1/get_canonical_urls": async ({ services }) => ({
    convexCloudUrl: services.cloudUrl,
    convexSiteUrl: services.siteUrl,
  }),
  "/api/deploy2/start_push": async (call) => call.services.push.start(parseStartPush(await readBody(call))),
  "/api/deploy2/evaluate_push": async (call) =>
    call.services.push.start({ ...parseStartPush(await readBody(call)), dryRun: true }),
  "/api/deploy2/evaluate_schema": async (call) =>
    call.services.push.evaluateSchema(parseStartPush(await readBody(call))),
  "/api/deploy2/wait_for_schema": async (call) => call.services.push.waitForSchema(await readBody(call)),
  "/api/deploy2/finish_push": async (call) => call.services.push.finish(await readBody(call)),
  "/api/deploy2/report_push_completed": async () => null,
  "/api/update_environment_variables": async (call) => {
    const { changes } = (await readBody(call)) as { changes?: VariableChange[] };
    if (!Array.isArray(changes)) throw new HttpError(400, "BadRequest", "The body must have changes");
    await changeVariables(call.services.variables, changes);
    return null;
  },
  "/api/run_test_function": ({ services, request }) => handleInlineQuery(services.functions, request),
  "/api/stream_function_logs": async ({ services, url }) =>
    services.logs.poll(Number(url.searchParams.get("cursor") ?? 0) || 0),
  "/api/embedded/memory": async ({ services }) => services.memory(),
  "/api/embedded/work": async ({ services }) => services.work(),
  "/api/embedded/outbound": async (call) => {
    if (call.request.method === "POST") await changeOutbound(call);
    return { allow: call.services.pool.outboundList() };
  },
  ...Object.fromEntries(
    Object.entries(DATA_ROUTES).map(([path, handler]) => [
      path,
      ({ services: { transfers, storage }, url, request, response }: ApiRequest) =>
        handler({ transfers, files: storage.files, url, request, response }),
    ]),
  ),
};

/** The timestamp of an export is a part of its path. */
const EXPORT_PATH = /^\/api\/export\/zip\/\d+$/;

function publicHandler(path: string): Handler | undefined {
  const uuid = /^\/api\/storage\/([0-9a-f-]{36})$/.exec(path)?.[1];
  if (uuid !== undefined)
    return ({ services, request, response }) => handleDownload(services.storage, uuid, request, response);
  return Object.hasOwn(PUBLIC_ROUTES, path) ? PUBLIC_ROUTES[path] : undefined;
}

function adminHandler(pathname: string): Handler | undefined {
  const path = EXPORT_PATH.test(pathname) ? "/api/export/zip" : pathname;
  const handler = Object.hasOwn(ADMIN_ROUTES, path) ? ADMIN_ROUTES[path]! : undefined;
  if (handler === undefined) return undefined;
  return async (call) => {
    call.services.callers.requireAdmin(call.request.headers.authorization);
    try {
      return await handler(call);
    } catch (error) {
      throw forAdministrator(error);
    }
  };
}

/** Administrators are told what went wrong, for example in the code that they push. */
function forAdministrator(error: unknown): unknown {
  if (isAnswerable(error)) return error;
  return new HttpError(500, "InternalServerError", error instanceof Error ? error.message : String(error));
}

function functionHandler(endpoint: FunctionEndpoint): Handler {
  return ({ services, request, response }) => handleFunctionCall(services.functions, endpoint, request, response);
}

async function changeOutbound(call: ApiRequest): Promise<void> {
  const {
    add = [],
    remove = [],
    ttlMs,
  } = (await readBody(call)) as {
    add?: string[];
    remove?: string[];
    ttlMs?: number;
  };
  try {
    await call.services.pool.changeOutbound({ add, remove, ttlMs: ttlMs ?? null });
  } catch (error) {
    throw new HttpError(400, "BadRequest", error instanceof Error ? error.message : String(error));
  }
}

/** The JSON body of an administrator. */
async function readBody({ request }: ApiRequest): Promise<Record<string, unknown>> {
  return (await readJson(request, MAX_PUSH_BYTES)) as Record<string, unknown>;
}
