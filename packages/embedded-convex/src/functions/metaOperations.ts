import type { JwtOptions, SigningKey } from "../auth/signingKey.ts";
import type { AuditEntry } from "../transaction/transaction.ts";
import type { ConvexJson } from "../values/json.ts";
import { auditEntry } from "./auditLog.ts";
import type { CallContext, TransactionContext } from "./context.ts";
import type { RequestInfo } from "./request.ts";

/** What the operations about the running call work with. */
export interface MetaServices {
  /** Origin of the client API, without a trailing slash. */
  cloudUrl: string;
  signingKey: SigningKey;
  /** Hands an entry to the operator at once; those of mutations wait for their commit. */
  onAudit: (entry: AuditEntry) => void;
}

export const DEPLOYMENT_METADATA = { name: "embedded", region: null, class: "s16" };

/** Operations of queries and mutations that tell them about themselves, or tell others in their name. */
export function metaOperations({ cloudUrl, signingKey, onAudit }: MetaServices) {
  return {
    "1.0/getFunctionMetadata": (call: CallContext) => functionMetadata(call),

    "1.0/getDeploymentMetadata": () => JSON.stringify(DEPLOYMENT_METADATA),

    "1.0/getRequestMetadata": (call: CallContext) => JSON.stringify(requestMetadata(call)),

    "1.0/getTransactionMetrics": (_call: CallContext, { transaction }: TransactionContext) =>
      JSON.stringify(transaction.usage.metrics()),

    "1.0/signJwt"(call: CallContext, { nowMs }: TransactionContext, options: JwtOptions): string {
      if (call.kind !== "mutation") throw new Error("signJwt() is only available in mutations.");
      const issuer = call.component === "" ? cloudUrl : `${cloudUrl}/components/${call.component}`;
      return JSON.stringify(signingKey.sign(options, { issuer, nowMs }));
    },

    "1.0/auditLog"(call: CallContext, { transaction, nowMs }: TransactionContext, args: { body: ConvexJson }): string {
      const entry = auditEntry(call, args.body, nowMs);
      if (transaction.writable) transaction.audits.push(entry);
      else onAudit(entry);
      return "null";
    },
  };
}

/** In the shape of `getFunctionMetadata`, as JSON text. */
export function functionMetadata({ path, component }: CallContext): string {
  return JSON.stringify({ name: path, componentPath: component });
}

/** In the shape of `getRequestMetadata`. */
export function requestMetadata({ request }: CallContext): RequestInfo {
  return request;
}
