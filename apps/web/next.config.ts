import path from "node:path";
import type { NextConfig } from "next";

/** Headers that are the same for every answer; the CSP has a nonce and is set in `src/proxy.ts`. */
const securityHeaders = [
  { key: "X-Content-Type-Options", value: "nosniff" },
  { key: "Referrer-Policy", value: "same-origin" },
  { key: "Permissions-Policy", value: "camera=(), geolocation=(), microphone=()" },
];

const config: NextConfig = {
  poweredByHeader: false,
  reactStrictMode: true,
  // The workspace's own packages export their TypeScript source.
  transpilePackages: ["@patchbay/ui", "@patchbay/core", "@patchbay/catalog", "@patchbay/sdk", "geist"],
  turbopack: { root: path.join(import.meta.dirname, "../..") },
  // Type checks run in `pnpm typecheck` with TypeScript 7; doing them again here would only slow the first start.
  typescript: { ignoreBuildErrors: true },
  headers: async () => [{ source: "/:path*", headers: securityHeaders }],
};

export default config;
