import type { OutboundAllowList } from "../outbound/allowList.ts";

export interface IssuerFetchOptions {
  /** `host:port` entries that functions may reach besides the public internet, as they stand. */
  allowed: () => readonly string[];
  deniedPorts: () => readonly number[];
}

/**
 * `fetch` for the documents and keys of token issuers, with the same guard as that of functions: an issuer is named by pushed
 * code, and what its configuration names is fetched too. What it needs is loaded with the first use.
 */
export function createIssuerFetch({ allowed, deniedPorts }: IssuerFetchOptions): typeof fetch {
  let loading: Promise<{ list: OutboundAllowList; guarded: typeof fetch }> | null = null;
  const load = async () => {
    const { createGuardedFetch, OutboundAllowList: List } = await import("../outbound/guard.ts");
    const list = new List();
    return { list, guarded: createGuardedFetch({ allow: list, deniedPorts }) };
  };
  return async (input, init) => {
    const { list, guarded } = await (loading ??= load());
    for (const entry of list.list()) list.remove(entry);
    for (const entry of allowed()) list.add(entry);
    return guarded(input, init);
  };
}
