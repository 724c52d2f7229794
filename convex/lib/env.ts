/** The deployment's environment. Read at the time of use: variables may change while the code stays. */
declare const process: { env: Record<string, string | undefined> };

export type EnvironmentVariable =
  | "CONVEX_SITE_URL"
  | "JWKS"
  | "JWT_PRIVATE_KEY"
  | "PATCHBAY_KEYRING"
  | "PATCHBAY_MAX_BODY_BYTES"
  | "PATCHBAY_PUBLIC_SITE_URL"
  | "PATCHBAY_SIGN_UP"
  | "PATCHBAY_START_ID"
  | "SITE_URL";

/** The variable's value, or undefined where it is unset or blank. */
export function readEnv(name: EnvironmentVariable): string | undefined {
  const value = process.env[name]?.trim();
  return value ? value : undefined;
}

const DEFAULT_MAX_BODY_BYTES = 5_000_000;
/** Convex itself refuses larger bodies of HTTP actions. */
const MAX_BODY_BYTES = 20_000_000;

/** The largest request body that webhooks and the HTTP API take, in bytes. */
export function maxBodyBytes(): number {
  const parsed = Number(readEnv("PATCHBAY_MAX_BODY_BYTES") ?? DEFAULT_MAX_BODY_BYTES);
  if (!Number.isInteger(parsed) || parsed < 1) return DEFAULT_MAX_BODY_BYTES;
  return Math.min(parsed, MAX_BODY_BYTES);
}

/** What webhook URLs begin with, without a trailing slash. */
export function publicSiteUrl(): string {
  const url = readEnv("PATCHBAY_PUBLIC_SITE_URL") ?? readEnv("CONVEX_SITE_URL") ?? "";
  return url.replace(/\/+$/, "");
}

/** What addresses of the web app begin with, without a trailing slash. */
export function publicWebUrl(): string {
  return (readEnv("SITE_URL") ?? publicSiteUrl()).replace(/\/+$/, "");
}
