import { api } from "../../_generated/api.js";
import type { Backend, Person } from "../../test.support.ts";

/** What came back: JSON of whatever shape, of which the tests assert parts. */
export interface Reply {
  status: number;
  body: Record<string, unknown> & { id: string; error?: { code: string; message: string; details?: unknown } };
  headers: Headers;
}

export type Call = (method: string, path: string, body?: unknown, key?: string | null) => Promise<Reply>;

/** Calls the HTTP API with the key, unless another (or, as null, none) is given. A text body goes out as it is. */
export function createApiClient(t: Backend, ownKey: string): Call {
  return async (method, path, body, key = ownKey) => {
    const response = await t.fetch(`/api/v1${path}`, {
      method,
      headers: { ...(key === null ? {} : { Authorization: `Bearer ${key}` }) },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const parsed = (text === "" ? {} : JSON.parse(text)) as Reply["body"];
    return { status: response.status, body: parsed, headers: response.headers };
  };
}

export async function createKey({ client, organizationId }: Person): Promise<string> {
  return (await client.action(api.apiKeys.actions.createApiKey, { organizationId, name: "test" })).key;
}

/** Status and code of a refusal. */
export const code = ({ status, body }: Reply) => [status, body.error?.code];

/** Everything that a refused request must leave alone. */
export const readStored = (t: Backend) =>
  t.run(async (ctx) => ({
    scenarios: await ctx.db.query("scenarios").collect(),
    drafts: await ctx.db.query("drafts").collect(),
    versions: await ctx.db.query("versions").collect(),
    runs: await ctx.db.query("runs").collect(),
    audit: await ctx.db.query("auditEntries").collect(),
  }));
