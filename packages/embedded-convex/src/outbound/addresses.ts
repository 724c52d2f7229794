/** Which addresses are public unicast, so that functions may reach them without being told. */
import { networkInterfaces } from "node:os";
import ipaddr from "ipaddr.js";

/**
 * Ranges that `ipaddr.js` calls unicast although they are not part of the public internet, or reach the machine's own
 * cloud: IANA's special-purpose registries and documented metadata services.
 */
const NOT_PUBLIC: readonly string[] = [
  "0.0.0.0/8",
  "168.63.129.16/32", // Azure's host agent and metadata
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.88.99.0/24",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "240.0.0.0/4",
  "2001::/23",
  "2001:db8::/32",
  "2002::/16", // 6to4: an IPv4 address in disguise
  "3fff::/20",
];

const notPublic = NOT_PUBLIC.map((range) => ipaddr.parseCIDR(range));
/** Global unicast. Everything else of IPv6 is local, multicast, a translation of IPv4 (also NAT64), or unassigned. */
const globalUnicast = ipaddr.IPv6.parseCIDR("2000::/3");

/**
 * Is this IP address (text, as DNS and URLs give it) public unicast? False for private, shared, loopback, link-local
 * (cloud metadata), documentation, multicast and reserved ranges, for every IPv6 form that carries an IPv4 address, and for
 * text that is not an address.
 */
export function isPublicAddress(address: string): boolean {
  const parsed = parseAddress(address);
  if (parsed === null || parsed.range() !== "unicast") return false;
  if (parsed.kind() === "ipv6" && !parsed.match(globalUnicast)) return false;
  return !notPublic.some(([range, bits]) => range.kind() === parsed.kind() && parsed.match(range, bits));
}

/** Is this address one of this machine: loopback, unspecified (which connects to loopback), or an interface's? */
export function isOwnAddress(address: string): boolean {
  const parsed = parseAddress(address);
  if (parsed === null) return false;
  const plain = toIPv4(parsed);
  const range = plain.range();
  if (range === "loopback" || range === "unspecified") return true;
  const text = plain.toNormalizedString();
  return ownAddresses().has(text);
}

function parseAddress(address: string): ipaddr.IPv4 | ipaddr.IPv6 | null {
  const bare = address.startsWith("[") && address.endsWith("]") ? address.slice(1, -1) : address;
  return ipaddr.isValid(bare) ? ipaddr.parse(bare) : null;
}

/** The IPv4 address that an IPv4-mapped or IPv4-compatible one stands for; others as they are. */
function toIPv4(address: ipaddr.IPv4 | ipaddr.IPv6): ipaddr.IPv4 | ipaddr.IPv6 {
  if (address instanceof ipaddr.IPv4) return address;
  if (address.isIPv4MappedAddress()) return address.toIPv4Address();
  const bytes = address.toByteArray();
  const isCompatible = bytes.slice(0, 12).every((byte) => byte === 0) && bytes.slice(12, 15).some((byte) => byte !== 0);
  return isCompatible ? new ipaddr.IPv4(bytes.slice(12)) : address;
}

function ownAddresses(): Set<string> {
  const addresses = new Set<string>();
  for (const list of Object.values(networkInterfaces())) {
    for (const { address } of list ?? []) {
      const parsed = parseAddress(address);
      if (parsed !== null) addresses.add(parsed.toNormalizedString());
    }
  }
  return addresses;
}
