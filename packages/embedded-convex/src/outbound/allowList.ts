/** What the operator lets functions reach besides the public internet. */

/** A parsed `host:port`; `*` stands for any. */
interface AllowRule {
  text: string;
  host: string;
  port: number | "*";
  /** Milliseconds since the epoch, or Infinity. */
  expiresAt: number;
}

const MAX_PORT = 65_535;

/**
 * A changeable list of `host:port` entries: host names, IPv4 addresses, bracketed IPv6 addresses, `*.suffix` or `*`; ports
 * or `*`. Hosts are compared as URLs spell them, before name resolution.
 */
export class OutboundAllowList {
  readonly #rules = new Map<string, AllowRule>();
  readonly #now: () => number;

  constructor(entries: Iterable<string> = [], now: () => number = Date.now) {
    this.#now = now;
    for (const entry of entries) this.add(entry);
  }

  /** The entries in force, in canonical spelling. */
  list(): string[] {
    const now = this.#now();
    return [...this.#rules.values()].filter((rule) => rule.expiresAt > now).map((rule) => rule.text);
  }

  /**
   * Adds an entry, for `ttlMs` milliseconds if given; an entry that exists gets the later end. Throws an Error that names
   * a malformed entry.
   */
  add(hostPort: string, ttlMs?: number): void {
    if (ttlMs !== undefined && !(ttlMs > 0))
      throw new Error(`The lifetime of ${hostPort} must be a positive number of milliseconds`);
    this.#forgetExpired();
    const { text, host, port } = parseHostPort(hostPort);
    const expiresAt = ttlMs === undefined ? Infinity : this.#now() + ttlMs;
    const known = this.#rules.get(text)?.expiresAt ?? 0;
    this.#rules.set(text, { text, host, port, expiresAt: Math.max(known, expiresAt) });
  }

  /** Removes an entry; nothing happens when it is not there. Throws an Error that names a malformed entry. */
  remove(hostPort: string): void {
    this.#rules.delete(parseHostPort(hostPort).text);
  }

  /** May functions connect to this host (as in `URL.hostname`) and port? */
  allows(host: string, port: number): boolean {
    const now = this.#now();
    const name = canonicalHost(host);
    for (const rule of this.#rules.values()) {
      if (rule.expiresAt > now && (rule.port === "*" || rule.port === port) && hostMatches(rule.host, name))
        return true;
    }
    return false;
  }

  #forgetExpired(): void {
    const now = this.#now();
    for (const [text, rule] of this.#rules) if (rule.expiresAt <= now) this.#rules.delete(text);
  }
}

function parseHostPort(hostPort: string): { text: string; host: string; port: number | "*" } {
  const match = /^(\[[^\]]+\]|[^:\s]+):(\*|\d{1,5})$/.exec(hostPort.trim());
  const port = match?.[2] === "*" ? "*" : Number(match?.[2]);
  if (match === null || (port !== "*" && !(port >= 1 && port <= MAX_PORT))) {
    throw new Error(`"${hostPort}" is not of the form host:port`);
  }
  const host = parseHost(match[1]!, hostPort);
  return { text: `${host}:${port}`, host, port };
}

function parseHost(host: string, entry: string): string {
  if (host === "*") return host;
  const suffix = host.startsWith("*.") ? host.slice(2) : host;
  if (suffix.includes("*")) throw new Error(`"${entry}": * stands for a whole host, or for what comes before a suffix`);
  const canonical = canonicalHost(suffix);
  if (canonical === "") throw new Error(`"${entry}" has no valid host`);
  return host === suffix ? canonical : `*.${canonical}`;
}

/** A host as URLs spell it: lower case, punycode, IPv4 in dotted decimal, no trailing dot; "" when it is none. */
function canonicalHost(host: string): string {
  const url = URL.parse(`http://${host.includes(":") && !host.startsWith("[") ? `[${host}]` : host}/`);
  return url === null || url.username !== "" || url.pathname !== "/" ? "" : url.hostname.replace(/\.$/, "");
}

function hostMatches(rule: string, host: string): boolean {
  if (rule === "*") return true;
  return rule.startsWith("*.") ? host.endsWith(rule.slice(1)) && host.length > rule.length - 1 : host === rule;
}
