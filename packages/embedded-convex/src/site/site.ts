import type { IncomingMessage, ServerResponse } from "node:http";
import { httpActionError, type Viewer } from "../functions/disclosure.ts";
import { newRequest } from "../functions/request.ts";
import type { RequestSource } from "../http/clientAddress.ts";
import type { Caller } from "../auth/caller.ts";
import type { HttpCall } from "../process/messages.ts";
import type { StreamedAnswer } from "../process/actionPool.ts";
import { HttpError, readBody, sendError } from "../http/responses.ts";

export interface SiteServices {
  /** Who an `Authorization` header speaks for. Rejects for a token that is not accepted. */
  caller(authorization: string): Promise<Caller>;
  source(request: IncomingMessage): RequestSource;
  /** Callers see messages and stacks of errors. */
  showErrors: boolean;
  run(call: HttpCall): Promise<StreamedAnswer>;
  /** The public origin of the site. */
  origin: string;
}

/** Convex's limit for bodies of HTTP actions. */
const MAX_BODY_BYTES = 20 * 1024 * 1024;
/** Headers between two machines only, which a handler must not set. */
const HOP_BY_HOP = new Set(["connection", "keep-alive", "transfer-encoding", "upgrade"]);

/** Serves HTTP actions. */
export async function handleSiteRequest(
  services: SiteServices,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const call = await toCall(services, request);
    const answer = await services.run(call);
    const viewer = { seesErrors: services.showErrors };
    await write(answer.failure === undefined ? answer : failed(answer, call, viewer), request, response);
  } catch (error) {
    sendError(response, error);
  }
}

async function toCall(services: SiteServices, request: IncomingMessage): Promise<HttpCall> {
  const method = request.method ?? "GET";
  const headers = headersOf(request);
  const { authorization } = request.headers;
  const caller =
    authorization?.startsWith("Bearer ") === true ? await services.caller(authorization).catch(() => null) : null;
  const hasBody = method !== "GET" && method !== "HEAD";
  const body = hasBody ? await readBody(request, MAX_BODY_BYTES) : null;
  const path = request.url ?? "/";
  // A proxy may send a whole URL; its origin is the proxy's affair.
  const url = path.startsWith("/") ? services.origin + path : URL.parse(path)?.href;
  if (url === undefined || !URL.canParse(url)) throw new HttpError(400, "BadRequest", "The request has an invalid URL");
  const origin = newRequest({ ...services.source(request), authToken: caller?.authToken ?? null });
  return { method, url, headers, body, identity: caller?.identity ?? null, request: origin };
}

/** What the caller of a handler that has thrown gets: never a stack or a path unless it may see them. */
function failed(answer: StreamedAnswer, { request }: HttpCall, viewer: Viewer): StreamedAnswer {
  const body = Buffer.from(httpActionError(answer.failure!, request.requestId, viewer));
  return { ...answer, status: 500, headers: [["content-type", "application/json"]], body, chunks: null };
}

function headersOf({ rawHeaders }: IncomingMessage): [string, string][] {
  const headers: [string, string][] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]!.toLowerCase();
    if (!HOP_BY_HOP.has(name)) headers.push([name, rawHeaders[index + 1]!]);
  }
  return headers;
}

async function write(answer: StreamedAnswer, request: IncomingMessage, response: ServerResponse): Promise<void> {
  // Names and values alternate: a Map would lose all but one Set-Cookie.
  const headers = answer.headers.flatMap(([name, value]) => (HOP_BY_HOP.has(name) ? [] : [name, value]));
  if (answer.chunks === null) {
    const body = answer.body ?? new Uint8Array();
    const known = answer.headers.some(([name]) => name === "content-length");
    const isEmptyStatus = answer.status === 204 || answer.status === 304;
    response.writeHead(
      answer.status,
      known || isEmptyStatus ? headers : [...headers, "content-length", String(body.length)],
    );
    response.end(request.method === "HEAD" ? undefined : body);
    return;
  }
  response.writeHead(answer.status, headers);
  const reader = answer.chunks.getReader();
  response.on("close", () => void reader.cancel().catch(() => undefined));
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      if (!response.write(read.value)) await Promise.race([once(response, "drain"), once(response, "close")]);
    }
    response.end();
  } catch {
    // The head is out: all that is left is to show that the body is not complete.
    response.destroy();
  }
}

function once(response: ServerResponse, event: string): Promise<void> {
  return new Promise((resolve) => response.once(event, () => resolve()));
}
