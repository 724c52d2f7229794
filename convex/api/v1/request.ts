/** Reading and checking a request, before any transaction. All of it throws `AppErrorData` errors. */
import type { z } from "zod";
import { maxBodyBytes } from "../../lib/env.ts";
import { appError } from "../../lib/errors.ts";
import { fromUtf8 } from "../../lib/bytes.ts";
import { readJson } from "../../lib/json.ts";
import type { Operation } from "./operation.ts";

/** The key of `Authorization: Bearer pb_...`. Throws `unauthenticated`. */
export function readKey(request: Request): string {
  const [scheme, key, ...rest] = (request.headers.get("Authorization") ?? "").trim().split(/\s+/);
  if (scheme?.toLowerCase() === "bearer" && key?.startsWith("pb_") && rest.length === 0) return key;
  throw appError("unauthenticated", "The API key is missing, wrong or revoked.");
}

/** The operation's checked input. Throws `malformed`, `too_large`, `invalid`, or `not_found` for an unreadable path. */
export async function readInput(
  request: Request,
  operation: Operation,
  pathParams: Record<string, string>,
): Promise<{ params: unknown; query: unknown; body: unknown }> {
  const bytes = await readBody(request);
  const params = operation.params?.safeParse(pathParams);
  if (params?.success === false) throw appError("not_found", "There is nothing at this address.");
  const query = Object.fromEntries(new URL(request.url).searchParams);
  return {
    params: params?.data ?? {},
    query: operation.query === undefined ? {} : check(operation.query, query, "query"),
    body: operation.body === undefined ? null : check(operation.body, parseBody(bytes), "body"),
  };
}

/** Stops reading at the limit, whatever the request says about its length. */
async function readBody(request: Request): Promise<Uint8Array> {
  const limit = maxBodyBytes();
  if (Number(request.headers.get("Content-Length") ?? 0) > limit) throw tooLarge(limit);
  const bytes = new Uint8Array(await request.arrayBuffer());
  if (bytes.length > limit) throw tooLarge(limit);
  return bytes;
}

const tooLarge = (limit: number) => appError("too_large", `The body is larger than ${limit} bytes.`, { limit });

/** An empty body is none at all: operations whose body may be left out say so by a default. */
function parseBody(bytes: Uint8Array): unknown {
  const text = fromUtf8(bytes);
  if (text.trim() === "") return undefined;
  const read = readJson(text);
  if (!read.ok) throw appError("malformed", `The body ${read.fault}.`);
  return read.value;
}

function check(schema: z.ZodType, value: unknown, where: "query" | "body"): unknown {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.slice(0, 50).map((issue) => ({
    code: issue.code ?? "invalid",
    severity: "error",
    message: issue.message,
    path: issue.path.map((part) => (typeof part === "number" ? part : String(part))),
  }));
  throw appError("invalid", `The request's ${where} is not as expected.`, { issues });
}
