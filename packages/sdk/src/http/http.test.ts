import { describe, expect, it } from "vitest";
import type { ActionContext } from "../context.ts";
import { errors, toOperationError } from "../errors.ts";
import { decodeBody, isJsonType, parseJsonBody } from "./body.ts";
import { toNetworkError, toStatusError } from "./failure.ts";
import { sendHttpRequest, type HttpRequest } from "./request.ts";
import { parseRetryAfter } from "./retryAfter.ts";

const nowMs = Date.UTC(2026, 0, 15, 12, 0, 0);
const start = new URL("https://one.example/start");

interface Call {
  url: string;
  init: RequestInit;
  headers: Headers;
}

/** A fetch that answers from a list and remembers what it was asked. */
function fakeFetch(...answers: (Response | Error | "never")[]) {
  const calls: Call[] = [];
  const impl = async (url: string, init: RequestInit): Promise<Response> => {
    calls.push({ url, init, headers: new Headers(init.headers) });
    const answer = answers.shift() ?? new Error("no answer left");
    if (answer === "never") return await new Promise(() => {});
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return { calls, fetch: impl as unknown as typeof fetch };
}

function contextWith(fetchImpl: typeof fetch, signal = new AbortController().signal): ActionContext {
  return { fetch: fetchImpl, signal, idempotencyKey: "k", nowMs: () => nowMs };
}

async function failureOf(request: Promise<unknown>) {
  try {
    await request;
  } catch (thrown) {
    return toOperationError(thrown);
  }
  throw new Error("expected a failure");
}

const redirect = (status: number, location: string) => new Response(null, { status, headers: { location } });

describe("sendHttpRequest", () => {
  const send = (fake: ReturnType<typeof fakeFetch>, request: Partial<HttpRequest> = {}, signal?: AbortSignal) =>
    sendHttpRequest(contextWith(fake.fetch, signal), { method: "GET", url: start, ...request });

  it("gives back status, headers and bytes, whatever the status", async () => {
    const fake = fakeFetch(new Response("teapot", { status: 418, headers: { "X-A": "1", "Set-Cookie": "a=1" } }));
    const response = await send(fake);
    expect(response.status).toBe(418);
    expect(response.headers).toMatchObject({ "x-a": "1", "set-cookie": "a=1" });
    expect(new TextDecoder().decode(response.bytes)).toBe("teapot");
    expect(response.url.href).toBe(start.href);
  });

  it("joins repeated headers", async () => {
    const answer = new Response(null, { status: 204 });
    answer.headers.append("set-cookie", "a=1");
    answer.headers.append("set-cookie", "b=2");
    expect((await send(fakeFetch(answer))).headers["set-cookie"]).toBe("a=1, b=2");
  });

  it("keeps credentials from another origin", async () => {
    const fake = fakeFetch(redirect(307, "/next"), redirect(307, "https://two.example/end"), new Response("ok"));
    const headers = new Headers({
      Authorization: "Basic x",
      Cookie: "a=1",
      "X-Trace": "t",
      "Content-Type": "text/plain",
    });
    const credentials = new Headers({ "X-Api-Key": "secret" });
    const response = await send(fake, { method: "POST", body: "b", headers, credentials });
    const seen = fake.calls.map((call) => [
      call.url,
      call.init.method,
      call.headers.get("x-api-key"),
      call.headers.get("authorization"),
      call.headers.get("cookie"),
      call.headers.get("x-trace"),
      call.init.body,
    ]);
    expect(seen).toEqual([
      ["https://one.example/start", "POST", "secret", "Basic x", "a=1", "t", "b"],
      ["https://one.example/next", "POST", "secret", "Basic x", "a=1", "t", "b"],
      ["https://two.example/end", "POST", null, null, null, "t", "b"],
    ]);
    expect(response.url.href).toBe("https://two.example/end");
  });

  it("does not give them back when the other origin redirects to the first", async () => {
    const fake = fakeFetch(redirect(302, "https://two.example/"), redirect(302, start.href), new Response("ok"));
    await send(fake, { credentials: new Headers({ "X-Api-Key": "secret" }) });
    expect(fake.calls.map((call) => call.headers.get("x-api-key"))).toEqual(["secret", null, null]);
  });

  it.each([
    [301, "POST", "GET"],
    [302, "POST", "GET"],
    [303, "PUT", "GET"],
    [303, "HEAD", "HEAD"],
    [302, "PUT", "PUT"],
    [308, "POST", "POST"],
  ])("turns %i after %s into %s", async (status, method, expected) => {
    const fake = fakeFetch(redirect(status, "/next"), new Response("ok"));
    await send(fake, {
      method,
      ...(method !== "HEAD" && { body: "b" }),
      headers: new Headers({ "content-type": "a/b" }),
    });
    const second = fake.calls[1];
    expect(second?.init.method).toBe(expected);
    expect(second?.init.body).toBe(expected === method && method !== "HEAD" ? "b" : undefined);
  });

  it.each([
    ["refused", Object.assign(new Error("x"), { code: "ECONNREFUSED" }), "connection_failed"],
    ["not allowed", new Error("outbound request refused"), "outbound_refused"],
  ])("never says that nothing happened when the place it was redirected to is %s", async (_name, answer, code) => {
    const error = await failureOf(send(fakeFetch(redirect(303, "https://two.example/"), answer), { method: "POST" }));
    expect(error).toMatchObject({ code });
    expect(error.message).toContain("two.example");
    expect(error.notPerformed).toBeUndefined();
  });

  it.each([
    ["without a place to go", new Response("x", { status: 302 })],
    ["to another scheme", redirect(302, "file:///etc/passwd")],
    ["to nonsense", redirect(302, "https://")],
  ])("gives back a redirect %s as it is", async (_name, answer) => {
    expect((await send(fakeFetch(answer))).status).toBe(302);
  });

  it("ends a redirect loop", async () => {
    const loop = Array.from({ length: 20 }, () => redirect(302, "/again"));
    expect(await failureOf(send(fakeFetch(...loop)))).toMatchObject({ kind: "terminal", code: "too_many_redirects" });
  });

  it("stops reading at the limit", async () => {
    let produced = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        produced++;
        controller.enqueue(new Uint8Array(400_000));
      },
    });
    const error = await failureOf(send(fakeFetch(new Response(endless)), { maxResponseBytes: 1_048_576 }));
    expect(error).toMatchObject({ kind: "terminal", code: "response_too_large" });
    expect(error.message).toContain("1 MB");
    expect(produced).toBeLessThan(8);
  });

  it("does not begin to read what announces itself too large", async () => {
    const answer = new Response("x", { headers: { "content-length": "6000000" } });
    expect(await failureOf(send(fakeFetch(answer)))).toMatchObject({ code: "response_too_large" });
  });

  it("ends at its timeout, also where fetch heeds no signal", async () => {
    const error = await failureOf(send(fakeFetch("never"), { timeoutMs: 20 }));
    expect(error).toEqual({
      kind: "timeout",
      code: "action_timed_out",
      message: "one.example did not answer within 0.02 s.",
    });
  });

  it("ends at its timeout while the body is on its way", async () => {
    const stalled = new Response(new ReadableStream({ pull: () => new Promise(() => {}) }));
    expect(await failureOf(send(fakeFetch(stalled), { timeoutMs: 20 }))).toMatchObject({ kind: "timeout" });
  });

  it.each([
    ["stopped", undefined, "cancelled"],
    ["out of time", new DOMException("x", "TimeoutError"), "timeout"],
    ["ended by the host's own error", errors.terminal("x"), "terminal"],
  ])("says when the operation is %s", async (_name, reason, kind) => {
    const controller = new AbortController();
    const failure = failureOf(send(fakeFetch("never"), {}, controller.signal));
    controller.abort(reason);
    expect((await failure).kind).toBe(kind);
    expect((await failureOf(send(fakeFetch("never"), {}, controller.signal))).kind).toBe(kind);
  });

  it("calls a body that breaks off retryable, and not unperformed", async () => {
    const broken = new Response(
      new ReadableStream({ start: (controller) => controller.error(new TypeError("terminated")) }),
    );
    const error = await failureOf(send(fakeFetch(broken)));
    expect(error).toMatchObject({ kind: "retryable", code: "connection_broken" });
    expect(error.notPerformed).toBeUndefined();
  });
});

describe("toNetworkError", () => {
  const fetchFailed = (cause: unknown) => new TypeError("fetch failed", { cause });
  const withCode = (code: string) => Object.assign(new Error(code), { code });

  it.each([
    ["refused", fetchFailed(withCode("ECONNREFUSED"))],
    ["refused on every address", fetchFailed(Object.assign(new AggregateError([withCode("ECONNREFUSED")]), {}))],
    ["an unknown name", fetchFailed(withCode("ENOTFOUND"))],
    ["a reset while connecting", fetchFailed(withCode("OUTBOUND_CONNECT_FAILED"))],
    ["no connection in time", fetchFailed(withCode("UND_ERR_CONNECT_TIMEOUT"))],
    ["another runtime's words", new Error("tcp connect error: Connection refused (os error 111)")],
    ["another runtime's words for a name", new Error("dns error: failed to lookup address information")],
  ])("%s: nothing was sent", (_name, thrown) => {
    expect(toNetworkError(thrown, { host: "h", redirected: false }).data).toMatchObject({
      kind: "retryable",
      code: "connection_failed",
      notPerformed: true,
    });
  });

  it.each([
    ["a certificate", fetchFailed(withCode("DEPTH_ZERO_SELF_SIGNED_CERT")), "terminal", "certificate_invalid"],
    [
      "a name that does not match",
      fetchFailed(withCode("ERR_TLS_CERT_ALTNAME_INVALID")),
      "terminal",
      "certificate_invalid",
    ],
    ["the guard, by its message", new Error("Outbound request refused: 127.0.0.1"), "terminal", "outbound_refused"],
    ["the guard, by its code", fetchFailed(withCode("OUTBOUND_REFUSED")), "terminal", "outbound_refused"],
    [
      "the embedded guard",
      Object.assign(new Error("Request to 127.0.0.1:1 refused: it is not a public address."), {
        code: "OUTBOUND_REFUSED",
      }),
      "terminal",
      "outbound_refused",
    ],
    [
      "a certificate behind the embedded guard",
      fetchFailed(
        Object.assign(new Error("x", { cause: withCode("CERT_HAS_EXPIRED") }), { code: "OUTBOUND_CONNECT_FAILED" }),
      ),
      "terminal",
      "certificate_invalid",
    ],
    ["a forbidden port", fetchFailed(new Error("bad port")), "terminal", "action_failed"],
  ])("%s: nothing was sent, and it stays so", (_name, thrown, kind, code) => {
    expect(toNetworkError(thrown, { host: "h", redirected: false }).data).toMatchObject({
      kind,
      code,
      notPerformed: true,
    });
  });

  it.each([
    ["a reset", fetchFailed(withCode("ECONNRESET"))],
    ["a socket closed by the other side", fetchFailed(withCode("UND_ERR_SOCKET"))],
    ["no reason", "?"],
  ])("%s: it may have happened", (_name, thrown) => {
    const { kind, code, notPerformed } = toNetworkError(thrown, { host: "h", redirected: false }).data;
    expect({ kind, code, notPerformed }).toEqual({
      kind: "retryable",
      code: "connection_broken",
      notPerformed: undefined,
    });
  });
});

describe("toStatusError", () => {
  const of = (status: number, headers: Record<string, string> = {}, notPerformedStatuses: number[] = []) =>
    toStatusError({ host: "h", status, headers, text: "why", redirected: false }, { nowMs, notPerformedStatuses }).data;

  it.each([
    [400, "terminal", undefined],
    [401, "auth", undefined],
    [403, "auth", undefined],
    [404, "terminal", undefined],
    [408, "rateLimited", undefined],
    [425, "rateLimited", undefined],
    [429, "rateLimited", true],
    [422, "terminal", undefined],
    [500, "retryable", undefined],
    [503, "retryable", undefined],
    [599, "retryable", undefined],
  ])("%i is %s", (status, kind, notPerformed) => {
    const error = of(status);
    expect({ kind: error.kind, notPerformed: error.notPerformed }).toEqual({ kind, notPerformed });
    expect(error.details).toEqual({ status, body: "why" });
    expect(error.message).toContain(`it answered ${status}`);
  });

  it("believes the statuses that the node lists", () => {
    expect(of(503, {}, [503]).notPerformed).toBe(true);
    expect(of(500, {}, [503]).notPerformed).toBeUndefined();
  });

  it("claims nothing about what the server before a redirect did", () => {
    const answer = { host: "h", status: 429, headers: {}, text: "", redirected: true };
    const error = toStatusError(answer, { nowMs, notPerformedStatuses: [429] }).data;
    expect(error.kind).toBe("rateLimited");
    expect(error.notPerformed).toBeUndefined();
  });

  it("waits as long as the server asks", () => {
    expect(of(429, { "retry-after": "7" }).retryAfterMs).toBe(7_000);
    expect(of(429).retryAfterMs).toBeUndefined();
  });

  it("shortens what the server said", () => {
    const answer = { host: "h", status: 500, headers: {}, text: "x".repeat(9_999), redirected: false };
    const { details } = toStatusError(answer, { nowMs }).data;
    expect((details as { body: string }).body).toHaveLength(2_000);
  });
});

describe("parseRetryAfter", () => {
  it.each([
    ["120", 120_000],
    [" 0 ", 0],
    ["1.5", 1_500],
    ["Thu, 15 Jan 2026 12:00:30 GMT", 30_000],
    ["Thu, 15 Jan 2026 11:00:00 GMT", 0],
    ["99999999", 86_400_000],
    ["soon", undefined],
    ["-5", undefined],
    ["", undefined],
    [null, undefined],
  ])("reads %j as %s", (header, expected) => {
    expect(parseRetryAfter(header, nowMs)).toBe(expected);
  });
});

describe("bodies", () => {
  it("are decoded by their charset, as UTF-8 where it is unknown, not at all where they are no text", () => {
    expect(decodeBody(new Uint8Array([0xe4]), "text/plain; charset=iso-8859-1")).toBe("ä");
    expect(decodeBody(new TextEncoder().encode("ä"), "text/plain; charset=klingon")).toBe("ä");
    expect(decodeBody(new TextEncoder().encode("ä"), undefined)).toBe("ä");
    expect(decodeBody(new Uint8Array([0xff, 0xd8, 0xff]), "image/jpeg")).toBeNull();
  });

  it.each([
    ["application/json", true],
    ["application/json; charset=utf-8", true],
    ["application/problem+json", true],
    ["text/json", true],
    ["application/x-json", true],
    ["application/jsonp", false],
    ["text/plain", false],
    [undefined, false],
  ])("of the type %s are JSON: %s", (type, expected) => {
    expect(isJsonType(type)).toBe(expected);
  });

  it("are parsed where they are JSON", () => {
    expect(parseJsonBody('{"a":1}', "application/json")).toEqual({ a: 1 });
    expect(parseJsonBody("{", "application/json")).toBeUndefined();
    expect(parseJsonBody("{}", "text/plain")).toBeUndefined();
  });
});
