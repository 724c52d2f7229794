/** Node's own Request and Response classes at the edges of undici's fetch, whose classes are of another version. */
import type { BodyInit, RequestInit as UndiciRequestInit, Response as UndiciResponse } from "undici";

type FetchInput = Parameters<typeof fetch>[0];
type FetchInit = Parameters<typeof fetch>[1];

/** Bodies that undici's fetch takes as they are; for all others Node's Request finds the bytes and the content type. */
function isPortableBody(body: unknown): boolean {
  return (
    body === undefined ||
    body === null ||
    typeof body === "string" ||
    ArrayBuffer.isView(body) ||
    body instanceof ArrayBuffer
  );
}

/** What undici's fetch is called with for a call of the standard fetch. Throws the standard's TypeErrors. */
export async function toUndiciRequest(input: FetchInput, init: FetchInit): Promise<[string, UndiciRequestInit]> {
  if (!(input instanceof Request) && isPortableBody(init?.body)) {
    const headers = init?.headers === undefined ? {} : { headers: [...new Headers(init.headers)] };
    return [String(input), { ...(init as UndiciRequestInit), ...headers }];
  }
  const request = new Request(input, init);
  const { url, method, redirect, signal } = request;
  const body = request.body === null ? null : await portableBody(request, init);
  return [url, { method, redirect, signal, headers: [...request.headers], body, duplex: "half" }];
}

/** Streams stay streams; everything else has a known length, which goes into `content-length`. */
async function portableBody(request: Request, init: FetchInit): Promise<BodyInit> {
  const isStream = init?.body instanceof ReadableStream;
  return isStream ? (request.body as BodyInit) : await request.arrayBuffer();
}

/** The response as Node's class, with the properties that cannot be handed to its constructor. */
export function toWebResponse(response: UndiciResponse): Response {
  const { status, statusText, url, redirected, type } = response;
  const body = response.body as ReadableStream<Uint8Array> | null;
  const result = new Response(body, { status, statusText, headers: [...response.headers] });
  Object.defineProperties(result, { url: { value: url }, redirected: { value: redirected }, type: { value: type } });
  return result;
}
