import type { IncomingMessage, ServerResponse } from "node:http";
import { brotliDecompress, gunzip } from "node:zlib";
import { promisify } from "node:util";

/** A request that cannot be served; becomes an answer of this shape. */
export class HttpError extends Error {
  override readonly name = "HttpError";
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

const CORS = {
  "access-control-allow-origin": "*",
  "access-control-allow-methods": "GET, HEAD, POST, PUT, DELETE, OPTIONS, PATCH",
  "access-control-allow-headers":
    "*, authorization, content-type, convex-client, digest, sentry-trace, baggage, traceparent",
  "access-control-max-age": "86400",
};

/** Sends JSON; a string is JSON text already. */
export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  const text = typeof body === "string" ? body : JSON.stringify(body ?? null);
  send(response, status, text, "application/json");
}

export function send(response: ServerResponse, status: number, text: string, contentType: string): void {
  if (response.headersSent) {
    response.end();
    return;
  }
  const bytes = Buffer.from(text);
  response.writeHead(status, { ...CORS, "content-type": contentType, "content-length": bytes.length });
  response.end(bytes);
}

export function sendError(response: ServerResponse, error: unknown): void {
  // The head is out, or nobody is there any more: all that is left is to show that the body is not complete.
  if (response.headersSent || response.destroyed) {
    if (!response.destroyed && !isAnswerable(error)) hidden(error);
    response.destroy();
    return;
  }
  if (!response.req.complete) {
    // A client that is still sending may not read before it is done, and would see a broken connection instead of the
    // answer: what it sends is thrown away, for a while.
    const { req } = response;
    req.resume();
    setTimeout(() => {
      if (!req.complete) req.destroy();
    }, LINGER_MS).unref();
  }
  const { status, code, message } = isAnswerable(error) ? error : hidden(error);
  sendJson(response, status, { code, message });
}

/** Errors that say themselves what to answer: those made for it, and those of tokens. */
export function isAnswerable(error: unknown): error is Pick<HttpError, "status" | "code" | "message"> {
  return error instanceof Error && "status" in error && "code" in error;
}

/** What nobody expected is the operator's: it may name files and hosts. */
function hidden(error: unknown): Pick<HttpError, "status" | "code" | "message"> {
  console.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return { status: 500, code: "InternalServerError", message: "Your request couldn't be completed. Try again later." };
}

const LINGER_MS = 2000;

/** Answers a CORS preflight. */
export function sendPreflight(response: ServerResponse): void {
  response.writeHead(204, CORS);
  response.end();
}

export const corsHeaders: Readonly<Record<string, string>> = CORS;

/**
 * Reads a body into memory.
 *
 * @throws HttpError 413 above `maxBytes`; the rest is not read then.
 */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const tooLarge = () =>
      reject(new HttpError(413, "PayloadTooLarge", `The request body is larger than ${maxBytes} bytes`));
    if (Number(request.headers["content-length"] ?? 0) > maxBytes) return tooLarge();
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBytes) {
        chunks.length = 0;
        tooLarge();
        return;
      }
      chunks.push(chunk);
    });
    request.on("end", () => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)));
    request.on("error", reject);
    request.on("close", () => {
      // Every request closes; an error for each of them would cost more than its body.
      if (!request.complete) reject(new HttpError(400, "BadRequest", "The request was interrupted"));
    });
  });
}

const decompressBrotli = promisify(brotliDecompress);
const decompressGzip = promisify(gunzip);

/** Reads a JSON body, compressed or not. @throws HttpError 400 or 413. */
export async function readJson(request: IncomingMessage, maxBytes: number): Promise<unknown> {
  let bytes = await readBody(request, maxBytes);
  try {
    const encoding = request.headers["content-encoding"];
    if (encoding === "br") bytes = await decompressBrotli(bytes, { maxOutputLength: maxBytes });
    else if (encoding === "gzip") bytes = await decompressGzip(bytes, { maxOutputLength: maxBytes });
    return bytes.length === 0 ? {} : (JSON.parse(bytes.toString("utf8")) as unknown);
  } catch (error) {
    throw new HttpError(
      400,
      "BadJsonBody",
      `The body is not valid JSON: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
