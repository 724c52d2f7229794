import {
  decodeBody,
  defineAction,
  field,
  jsonValue,
  parseJsonBody,
  sendHttpRequest,
  toStatusError,
  type ActionContext,
  type HttpResponse,
} from "@patchbay/sdk";
import type { JsonValue } from "@patchbay/core";
import { z } from "zod";
import { buildBody } from "./body.ts";
import { toCredentials } from "./connections.ts";
import { buildHeaders, buildUrl } from "./headers.ts";
import { requestInput, type RequestInput } from "./input.ts";

export const request = defineAction({
  name: "request",
  label: "Make a request",
  description: "Sends an HTTP request to any address and gives back status, headers and body.",
  icon: "globe",
  typeVersion: 2,
  effect: "write",
  effectRules: [
    { field: "method", values: ["GET", "HEAD", "OPTIONS"], effect: "read" },
    { field: "method", values: ["PUT", "DELETE"], effect: "idempotent" },
    { field: "idempotency", values: ["AUTOMATIC", "CUSTOM"], effect: "idempotent" },
  ],
  connectionTypes: ["bearer", "basic", "header"],
  input: requestInput,
  output: z.object({
    status: z.number().meta(field({ label: "Status" })),
    headers: z
      .record(z.string(), z.string())
      .meta(field({ label: "Headers", description: "Names in lower case.", secret: "byName" })),
    body: jsonValue().meta(field({ label: "Body", description: "Parsed where it is JSON, otherwise text." })),
  }),
  sampleOutput: {
    status: 200,
    headers: { "content-type": "application/json" },
    body: { id: "A-1042", state: "received" },
  },
  async run({ input, context }) {
    const url = buildUrl(input);
    const { body, contentType } = buildBody(input);
    const headers = buildHeaders(input.headers, contentType);
    const key = idempotencyKeyOf(input, context);
    if (key !== undefined && !headers.has("idempotency-key")) headers.set("Idempotency-Key", key);
    const response = await sendHttpRequest(context, {
      method: input.method,
      url,
      headers,
      timeoutMs: Math.round(input.timeoutSeconds * 1_000),
      ...(context.connection && { credentials: toCredentials(context.connection, url) }),
      ...(body !== undefined && { body }),
    });
    return readAnswer(input, context, response);
  },
});

/** The user's own key, else the operation's where the effect is idempotent, else none. */
function idempotencyKeyOf(input: RequestInput, context: ActionContext): string | undefined {
  if (input.idempotencyKey) return input.idempotencyKey;
  const isIdempotent = input.method === "PUT" || input.method === "DELETE" || input.idempotency !== "none";
  return isIdempotent ? context.idempotencyKey : undefined;
}

function readAnswer(input: RequestInput, context: ActionContext, response: HttpResponse) {
  const { status, headers, bytes, url, redirected } = response;
  const contentType = headers["content-type"];
  const text = decodeBody(bytes, contentType);
  if (status >= 400 && input.failOnStatus) {
    const { notPerformedStatuses } = input;
    const failed = { host: url.host, status, headers, text, redirected };
    throw toStatusError(failed, { nowMs: context.nowMs(), notPerformedStatuses });
  }
  const body: JsonValue = text === null ? toBinary(bytes, contentType) : text;
  const parsed = input.parseResponse && text !== null ? parseJsonBody(text, contentType) : undefined;
  return { status, headers, body: parsed === undefined ? body : parsed };
}

/** What is not text comes as base64, named as such, so that nothing is lost or mistaken for text. */
function toBinary(bytes: Uint8Array, contentType: string | undefined): JsonValue {
  const CHUNK = 0x8000;
  let binary = "";
  for (let from = 0; from < bytes.length; from += CHUNK) {
    binary += String.fromCharCode(...bytes.subarray(from, from + CHUNK));
  }
  return { encoding: "base64", contentType: contentType ?? null, sizeBytes: bytes.length, data: btoa(binary) };
}
