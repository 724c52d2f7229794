/**
 * `fetch` for pushed code, which may not reach the operator's own network.
 *
 * Every address is checked at the moment of connecting, after name resolution, on the address that is then connected to:
 * there is no second look-up that could answer otherwise. Redirects connect through the same check. There are two pools of
 * connections, one for hosts that the operator allows and one for all others, chosen per request (and per redirect), so that
 * taking an allowance back also takes its open connections away.
 */
import { lookup as dnsLookup } from "node:dns";
import { isIP } from "node:net";
import type { LookupFunction } from "node:net";
import { Agent, buildConnector, Dispatcher, Pool, fetch as undiciFetch } from "undici";
import { isOwnAddress, isPublicAddress } from "./addresses.ts";
import type { OutboundAllowList } from "./allowList.ts";
import { checkedLookup } from "./checkedLookup.ts";
import { connectError, isOutboundRefused, OutboundRefusedError } from "./errors.ts";
import { toUndiciRequest, toWebResponse } from "./messages.ts";

export { OutboundAllowList } from "./allowList.ts";
export { isOutboundRefused } from "./errors.ts";

/** Options of a guarded fetch. */
export interface GuardedFetchOptions {
  allow: OutboundAllowList;
  /** Ports of the deployment itself, which stay closed on this machine's addresses whatever the list says. */
  deniedPorts: () => readonly number[];
  /** Name resolution; `dns.lookup` by default. */
  lookup?: LookupFunction;
}

const CONNECTIONS_PER_ORIGIN = 256;
const CONNECT_TIMEOUT_MS = 10_000;

/**
 * A `fetch` that refuses every address which is not public unicast, unless `allow` has its host and port.
 *
 * Refusals reject with `OutboundRefusedError` (`code: "OUTBOUND_REFUSED"`). Other failures reject as fetch's do, with a
 * TypeError whose `cause.code` tells whether anything was sent: `ECONNREFUSED`, `ENOTFOUND`, `EAI_AGAIN`, `EHOSTUNREACH`,
 * `ENETUNREACH`, `ETIMEDOUT`, `UND_ERR_CONNECT_TIMEOUT` and `OUTBOUND_CONNECT_FAILED` (all else before the connection stood,
 * such as a bad certificate) mean that nothing was; any other code means that the request may have been performed.
 */
export function createGuardedFetch(options: GuardedFetchOptions): typeof fetch {
  const dispatcher = new GuardedDispatcher(options);
  return async (input, init) => {
    const [url, request] = await toUndiciRequest(input, init);
    try {
      return toWebResponse(await undiciFetch(url, { ...request, dispatcher }));
    } catch (error) {
      throw refusalIn(error) ?? error;
    }
  };
}

/** Chooses the pool by the origin of each request; fetch dispatches once per redirect hop. */
class GuardedDispatcher extends Dispatcher {
  readonly #allow: OutboundAllowList;
  readonly #allowed: Agent;
  readonly #publicOnly: Agent;

  constructor(options: GuardedFetchOptions) {
    super();
    this.#allow = options.allow;
    this.#allowed = createAgent(options, () => true);
    this.#publicOnly = createAgent(options, isPublicAddress);
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    const origin = new URL(String(options.origin));
    const agent = this.#allow.allows(origin.hostname, portOf(origin)) ? this.#allowed : this.#publicOnly;
    return agent.dispatch(options, handler);
  }

  override async close(): Promise<void> {
    await Promise.all([this.#allowed.close(), this.#publicOnly.close()]);
  }

  override async destroy(): Promise<void> {
    await Promise.all([this.#allowed.destroy(), this.#publicOnly.destroy()]);
  }
}

function createAgent(options: GuardedFetchOptions, mayConnect: (address: string) => boolean): Agent {
  const check = (host: string, port: number, address: string): OutboundRefusedError | null => {
    const isOwnPort = options.deniedPorts().includes(port) && isOwnAddress(address);
    if (!isOwnPort && mayConnect(address)) return null;
    return new OutboundRefusedError({ host, port, isOwnPort });
  };
  const lookup = options.lookup ?? dnsLookup;
  return new Agent({
    // A connector for each origin, so that TLS sessions are resumed.
    factory: (origin, poolOptions) => {
      const connect = createConnector(new URL(String(origin)), check, lookup);
      return new Pool(origin, { ...poolOptions, connections: CONNECTIONS_PER_ORIGIN, pipelining: 1, connect });
    },
  });
}

type Check = (host: string, port: number, address: string) => OutboundRefusedError | null;

function createConnector(origin: URL, check: Check, lookup: LookupFunction): buildConnector.connector {
  const host = origin.hostname.replace(/^\[|\]$/g, "");
  const port = portOf(origin);
  const connect = buildConnector({
    timeout: CONNECT_TIMEOUT_MS,
    lookup: checkedLookup(lookup, (address) => check(host, port, address)),
  });
  return (target, callback) => {
    // Sockets do not look up literal addresses, so those are checked here.
    const refused = isIP(host) === 0 ? null : check(host, port, host);
    if (refused !== null) return callback(refused, null);
    connect(target, (...[error, socket]) =>
      error === null ? callback(null, socket) : callback(connectError(error), null),
    );
  };
}

function portOf(origin: URL): number {
  return Number(origin.port) || (origin.protocol === "https:" ? 443 : 80);
}

/** A refusal inside the TypeError that fetch makes of every connection error. */
function refusalIn(error: unknown): unknown {
  for (let cause = error; cause instanceof Error; cause = cause.cause) if (isOutboundRefused(cause)) return cause;
  return undefined;
}
