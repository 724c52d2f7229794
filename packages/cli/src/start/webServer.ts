import { join } from "node:path";
import type { Addresses } from "./addresses.ts";
import { Child } from "./child.ts";
import { dataFiles } from "./dataFolder.ts";

/** Starts the built web app and resolves once its sign-in page answers. */
export async function startWeb(options: { root: string; addresses: Addresses }): Promise<Child> {
  const { root, addresses } = options;
  const child = new Child({
    name: "The web app",
    command: process.execPath,
    args: [join(root, "apps/web/server.mjs")],
    cwd: join(root, "apps/web"),
    env: {
      ...process.env,
      NODE_ENV: "production",
      NEXT_TELEMETRY_DISABLED: "1",
      PATCHBAY_HOST: addresses.host,
      PATCHBAY_PORT: String(addresses.webPort),
      PATCHBAY_CONVEX_URL: addresses.publicCloudUrl,
      PATCHBAY_INTERNAL_CONVEX_URL: addresses.cloudUrl,
      PATCHBAY_SITE_URL: addresses.siteUrl,
      PATCHBAY_PUBLIC_SITE_URL: addresses.publicSiteUrl,
    },
    logFile: join(addresses.dataFolder, dataFiles.logs, "web.log"),
  });
  await child.waitForLine((line) => (line.startsWith('{"ready":true') ? true : null));
  const host = addresses.host === "0.0.0.0" || addresses.host === "::" ? "127.0.0.1" : addresses.host;
  const page = await fetch(`http://${host}:${addresses.webPort}/signin`, { signal: AbortSignal.timeout(60_000) });
  if (!page.ok) {
    await child.stop();
    throw new Error(`The web app answers its sign-in page with status ${page.status}:\n${child.tail}`);
  }
  return child;
}
