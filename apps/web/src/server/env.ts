import "server-only";

/**
 * Addresses are chosen when the stack starts, not when it is built, so they are read from the environment on every
 * request and handed to the page (never `NEXT_PUBLIC_*`, which is fixed at build time).
 */
export interface RuntimeEnv {
  /** Origin of the Convex deployment as the browser reaches it: `http://127.0.0.1:3210`. */
  convexUrl: string;
  /** The same deployment as this server reaches it. */
  internalConvexUrl: string;
  /** Origin of the deployment's HTTP actions (`/hooks`, `/api/v1`) as this server reaches it. */
  siteUrl: string;
}

/** Throws with the variable's name where an address is not an http(s) URL. */
export function readEnv(source: Record<string, string | undefined> = process.env): RuntimeEnv {
  const convexUrl = readOrigin(source, "PATCHBAY_CONVEX_URL", "http://127.0.0.1:3210");
  return {
    convexUrl,
    internalConvexUrl: readOrigin(source, "PATCHBAY_INTERNAL_CONVEX_URL", convexUrl),
    siteUrl: readOrigin(source, "PATCHBAY_SITE_URL", "http://127.0.0.1:3211"),
  };
}

function readOrigin(source: Record<string, string | undefined>, name: string, fallback: string): string {
  const value = source[name] || fallback;
  if (!URL.canParse(value) || !/^https?:$/.test(new URL(value).protocol)) {
    throw new Error(`${name} must be an http or https address, and is ${JSON.stringify(value)}.`);
  }
  return new URL(value).origin;
}
