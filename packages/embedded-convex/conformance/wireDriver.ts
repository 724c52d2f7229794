/** The suite's second reference: a real process, spoken to by the official HTTP client. */
import { ConvexHttpClient } from "convex/browser";
import { makeFunctionReference } from "convex/server";
import type { Value } from "convex/values";
import { vi } from "vitest";
import type { Deployment } from "../test/deployment.ts";
import type { TokenIssuer } from "../test/tokens.ts";
import type { Args, CallOptions, Driver } from "./driver.ts";

const SETTLE_TIMEOUT_MS = 10_000;
const SETTLE_INTERVAL_MS = 20;

/** A driver for a running deployment. */
export function createWireDriver(deployment: Deployment, issuer: TokenIssuer): Driver {
  async function client(options: CallOptions | undefined): Promise<ConvexHttpClient> {
    const http = new ConvexHttpClient(deployment.cloudUrl, { logger: false });
    if (options?.as !== undefined) http.setAuth(await issuer.sign(options.as));
    return http;
  }
  return {
    reference: "wire",
    query: async (path, args = {}, options) => call(await client(options), "query", path, args),
    mutation: async (path, args = {}, options) => call(await client(options), "mutation", path, args),
    action: async (path, args = {}, options) => call(await client(options), "action", path, args),
    internal: (kind, path, args) => call(adminClient(deployment), kind, path, args),
    async fetch(path, init, options) {
      const headers = new Headers(init?.headers);
      if (options?.as !== undefined) headers.set("authorization", `Bearer ${await issuer.sign(options.as)}`);
      return await fetch(deployment.siteUrl + path, { ...init, headers });
    },
    async settle(done) {
      await vi.waitFor(
        async () => {
          if (!(await done())) throw new Error("the scheduled functions have not run");
        },
        { timeout: SETTLE_TIMEOUT_MS, interval: SETTLE_INTERVAL_MS },
      );
    },
  };
}

/** A client with the admin key, which may call internal functions. */
export function adminClient(deployment: Deployment): ConvexHttpClient {
  const http = new ConvexHttpClient(deployment.cloudUrl, { logger: false });
  // Not in the client's types, but what the CLI and the dashboard use.
  (http as unknown as { setAdminAuth(key: string): void }).setAdminAuth(deployment.adminKey);
  return http;
}

/** Calls a function by its path. */
export function call(
  http: ConvexHttpClient,
  kind: "query" | "mutation" | "action",
  path: string,
  args: Args,
): Promise<Value> {
  switch (kind) {
    case "query":
      return http.query(makeFunctionReference<"query", Args, Value>(path), args);
    case "mutation":
      return http.mutation(makeFunctionReference<"mutation", Args, Value>(path), args);
    case "action":
      return http.action(makeFunctionReference<"action", Args, Value>(path), args);
  }
}
