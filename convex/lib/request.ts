import type { ActionCtx, MutationCtx } from "../_generated/server.d.ts";

export interface RequestOrigin {
  ip: string | null;
  userAgent: string | null;
}

/** Where the request came from, as far as the host knows; self-hosted backends before convex 1.48 do not. */
export async function requestOrigin(ctx: MutationCtx | ActionCtx): Promise<RequestOrigin> {
  try {
    const { ip, userAgent } = await ctx.meta.getRequestMetadata();
    return { ip, userAgent };
  } catch {
    return { ip: null, userAgent: null };
  }
}

/**
 * The network of an address, for counting what comes from it: a household or a host has a whole /64 of IPv6 addresses. Null for
 * loopback: that is the operator, or a proxy on the same machine that everybody comes through.
 */
export function networkOf(ip: string | null): string | null {
  if (ip === null || ip === "::1" || ip.startsWith("127.")) return null;
  if (!ip.includes(":")) return ip;
  const [head = "", tail] = ip.toLowerCase().split("::");
  const before = head === "" ? [] : head.split(":");
  const after = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? [] : Array<string>(Math.max(0, 8 - before.length - after.length)).fill("0");
  const groups = [...before, ...zeros, ...after].map((group) => group.replace(/^0+(?=.)/, ""));
  return `${groups.slice(0, 4).join(":")}::/64`;
}
