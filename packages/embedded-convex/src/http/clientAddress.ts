import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";

const MAX_USER_AGENT_LENGTH = 1000;

/** Where a request came from, for `getRequestMetadata`. */
export interface RequestSource {
  ip: string | null;
  userAgent: string | null;
}

/**
 * The address of a caller and what it says it is. `trustedProxies`: how many proxies stand before the deployment, each of which
 * appends the address of its own caller to `X-Forwarded-For`; what stands further left could be anybody's invention. With 0
 * the header is not read at all.
 */
export function sourceOf(request: IncomingMessage, trustedProxies: number): RequestSource {
  const agent = request.headers["user-agent"];
  return {
    ip: forwardedFor(request, trustedProxies) ?? plainAddress(request.socket.remoteAddress),
    userAgent: agent === undefined ? null : agent.slice(0, MAX_USER_AGENT_LENGTH),
  };
}

function forwardedFor({ headers }: IncomingMessage, trustedProxies: number): string | null {
  if (trustedProxies === 0) return null;
  const hops = (headers["x-forwarded-for"] as string | undefined)?.split(",") ?? [];
  return plainAddress(hops.at(-trustedProxies)?.trim());
}

/** An IPv4 address that came over an IPv6 socket is shown as what it is. */
function plainAddress(address: string | undefined): string | null {
  const plain = address?.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, "");
  return plain !== undefined && isIP(plain) !== 0 ? plain : null;
}
