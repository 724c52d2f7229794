import type { LogEntry } from "../process/messages.ts";
import type { AuditEntry } from "../transaction/transaction.ts";
import type { ConvexJson } from "../values/json.ts";
import { logName } from "./codebase.ts";
import type { CallContext } from "./context.ts";

/** `body`: as `convex/server` sends it, with `{ $var: "ip" }` where a variable stands. */
export function auditEntry(call: CallContext, body: ConvexJson, nowMs: number): AuditEntry {
  const { ip, userAgent, requestId } = call.request;
  const variables: Record<string, ConvexJson> = { ip, userAgent, requestId, now: nowMs, convexActor: null };
  return { function: logName(call), requestId, atMs: nowMs, body: resolve(body, variables) };
}

/** For the operator's log and `convex logs`; clients never see it. */
export function auditLogEntry({ function: identifier, requestId, atMs, body }: AuditEntry): LogEntry {
  return {
    kind: "Completion",
    identifier,
    udfType: "Mutation",
    logLines: [`[AUDIT] ${JSON.stringify(body)}`],
    timestamp: atMs / 1000,
    executionTime: 0,
    error: null,
    requestId,
    success: null,
  };
}

function resolve(value: ConvexJson, variables: Record<string, ConvexJson>): ConvexJson {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => resolve(item, variables));
  if (typeof value.$var === "string") return variables[value.$var] ?? null;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, resolve(item, variables)]));
}
