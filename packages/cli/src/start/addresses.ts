import { isAbsolute, join, resolve } from "node:path";

/** Where everything listens and lives, read from the environment once. */
export interface Addresses {
  host: string;
  webPort: number;
  convexPort: number;
  sitePort: number;
  /** Data folder, absolute. */
  dataFolder: string;
  /** Origin that webhook URLs begin with. */
  publicSiteUrl: string;
  /** Origin of the web app. */
  webUrl: string;
  cloudUrl: string;
  siteUrl: string;
  /** Where browsers reach the deployment. */
  publicCloudUrl: string;
  /** `host:port` entries that outbound requests may reach besides the public internet. */
  outboundAllow: string[];
  /** How many proxies stand before the deployment, each of which appends its caller to `X-Forwarded-For`. */
  trustedProxies: number;
  /** Origins of the pages that may use the deployment; null where they cannot be known. */
  pageOrigins: string[] | null;
}

/** A setting that cannot be used; its message is the one line that the user reads. */
export class SettingError extends Error {}

function readPort(env: NodeJS.ProcessEnv, name: string, fallback: number): number {
  const text = env[name];
  if (text === undefined || text === "") return fallback;
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new SettingError(`${name} is "${text}", which is no port number. Set it to a number from 1 to 65535.`);
  }
  return port;
}

function readOrigin(env: NodeJS.ProcessEnv, name: string, fallback: string): string {
  const text = env[name];
  if (text === undefined || text === "") return fallback;
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw new SettingError(
      `${name} is "${text}", which is no http(s) address. Set it to one such as https://hooks.example.org.`,
    );
  }
  return text.replace(/\/+$/, "");
}

function readOutbound(env: NodeJS.ProcessEnv): string[] {
  const entries = (env.PATCHBAY_OUTBOUND_ALLOW ?? "").split(",").map((entry) => entry.trim());
  const wrong = entries.find((entry) => entry !== "" && !isHostAndPort(entry));
  if (wrong !== undefined) {
    throw new SettingError(
      `PATCHBAY_OUTBOUND_ALLOW has the entry "${wrong}". Write each as host:port, separated by commas.`,
    );
  }
  return entries.filter((entry) => entry !== "");
}

/**
 * The web app's own addresses. No other page may use the deployment: one that happens to be open in the operator's browser could
 * create the first account. Unknown where the app listens for other machines and nobody has said what it is reached at.
 */
function pageOrigins(env: NodeJS.ProcessEnv, { host, webPort }: { host: string; webPort: number }): string[] | null {
  const publicUrl = readOrigin(env, "PATCHBAY_PUBLIC_URL", "");
  const isLocal = ["127.0.0.1", "localhost", "::1"].includes(host);
  if (publicUrl === "" && !isLocal) return null;
  const local = ["127.0.0.1", "localhost", "[::1]"].map((name) => `http://${name}:${webPort}`);
  return publicUrl === "" ? local : [new URL(publicUrl).origin, ...local];
}

function readTrustedProxies(env: NodeJS.ProcessEnv): number {
  const text = env.PATCHBAY_TRUSTED_PROXIES || "0";
  if (!/^\d$/.test(text)) {
    throw new SettingError(`PATCHBAY_TRUSTED_PROXIES is "${text}". Set it to the number of proxies, from 0 to 9.`);
  }
  return Number(text);
}

function isHostAndPort(entry: string): boolean {
  const [, port] = /^(?:\[[0-9a-fA-F:.]+\]|[^:\s]+):(\d{1,5}|\*)$/.exec(entry) ?? [];
  return port === "*" || (port !== undefined && Number(port) >= 1 && Number(port) <= 65_535);
}

/**
 * Reads the addresses (see "Addresses" in the README).
 * @throws SettingError naming the variable and what it should be.
 */
export function readAddresses(env: NodeJS.ProcessEnv, root: string): Addresses {
  const host = env.PATCHBAY_HOST || "127.0.0.1";
  const webPort = readPort(env, "PATCHBAY_PORT", 3000);
  const convexPort = readPort(env, "PATCHBAY_CONVEX_PORT", 3210);
  const sitePort = readPort(env, "PATCHBAY_SITE_PORT", 3211);
  const named: [string, number][] = [
    ["PATCHBAY_PORT", webPort],
    ["PATCHBAY_CONVEX_PORT", convexPort],
    ["PATCHBAY_SITE_PORT", sitePort],
  ];
  for (const [index, [name, port]] of named.entries()) {
    const twin = named.slice(0, index).find(([, other]) => other === port);
    if (twin) throw new SettingError(`${twin[0]} and ${name} are both ${port}. Give each its own port.`);
  }
  const data = env.PATCHBAY_DATA || ".patchbay";
  const reachable = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host;
  const origin = (port: number) => `http://${reachable.includes(":") ? `[${reachable}]` : reachable}:${port}`;
  return {
    host,
    webPort,
    convexPort,
    sitePort,
    dataFolder: isAbsolute(data) ? data : resolve(join(root, data)),
    webUrl: readOrigin(env, "PATCHBAY_PUBLIC_URL", origin(webPort)),
    cloudUrl: origin(convexPort),
    siteUrl: origin(sitePort),
    publicCloudUrl: readOrigin(env, "PATCHBAY_PUBLIC_CONVEX_URL", origin(convexPort)),
    publicSiteUrl: readOrigin(env, "PATCHBAY_PUBLIC_SITE_URL", origin(sitePort)),
    outboundAllow: readOutbound(env),
    trustedProxies: readTrustedProxies(env),
    pageOrigins: pageOrigins(env, { host, webPort }),
  };
}
