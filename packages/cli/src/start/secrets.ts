import { generateKeyPairSync, randomBytes } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { SettingError } from "./addresses.ts";
import { dataFiles, hasData, writePrivateFile } from "./dataFolder.ts";

/** Secrets that the functions need; each can also come from the environment of the start. */
export const secretNames = ["JWT_PRIVATE_KEY", "JWKS", "PATCHBAY_KEYRING"] as const;
export type SecretName = (typeof secretNames)[number];
export type Secrets = Record<SecretName, string>;

/** `KEY=value` lines; the value is the rest of the line as it stands. Lines that begin with # are comments. */
export function parseEnvFile(text: string): Record<string, string> {
  const values: Record<string, string> = {};
  for (const line of text.split("\n")) {
    const at = line.indexOf("=");
    if (at > 0 && !line.startsWith("#")) values[line.slice(0, at).trim()] = line.slice(at + 1);
  }
  return values;
}

export function formatEnvFile(values: Record<string, string>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}=${value.replaceAll("\n", " ")}\n`)
    .join("");
}

/** New secrets: an RS256 key pair for session tokens (the form Convex Auth reads) and a keyring with one key. */
export function generateSecrets(): Secrets {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const pem = privateKey.export({ type: "pkcs8", format: "pem" }) as string;
  const jwk = publicKey.export({ format: "jwk" });
  return {
    JWT_PRIVATE_KEY: pem.trimEnd().replaceAll("\n", " "),
    JWKS: JSON.stringify({ keys: [{ use: "sig", alg: "RS256", ...jwk }] }),
    PATCHBAY_KEYRING: JSON.stringify({ current: "k1", keys: { k1: randomBytes(32).toString("base64") } }),
  };
}

async function requireOwnerOnly(path: string): Promise<void> {
  const { mode } = await stat(path);
  if ((mode & 0o077) !== 0) {
    throw new SettingError(`${path} can be read by others than its owner. Run: chmod 600 ${path}`);
  }
}

/**
 * The secrets of this data folder: from the environment, else from its file. Only an empty folder gets new ones: with
 * data present a missing secret would make stored credentials unreadable, so the start stops and names it.
 * @throws SettingError naming the missing secret.
 */
export async function loadSecrets(folder: string, env: NodeJS.ProcessEnv): Promise<Secrets> {
  const path = join(folder, dataFiles.secrets);
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw new SettingError(
      `${path} cannot be read (${error.code}). Make it readable for the user that starts Patchbay.`,
    );
  });
  if (text === null && !(await hasData(folder))) {
    const made = { ...generateSecrets(), ...fromEnvironment(env) };
    await writePrivateFile(path, formatEnvFile(made));
    return made;
  }
  if (text !== null) await requireOwnerOnly(path);
  const stored = { ...(text === null ? {} : parseEnvFile(text)), ...fromEnvironment(env) };
  const missing = secretNames.filter((name) => !stored[name]);
  if (missing.length > 0) {
    throw new SettingError(
      `The data in ${folder} needs the secret ${missing.join(", ")}, which neither ${path} nor the environment has. Restore the file from your backup.`,
    );
  }
  return stored as Secrets;
}

function fromEnvironment(env: NodeJS.ProcessEnv): Partial<Secrets> {
  return Object.fromEntries(secretNames.filter((name) => env[name]).map((name) => [name, env[name]!]));
}

/** The deployment's admin key, made on the first start. */
export async function loadAdminKey(folder: string): Promise<string> {
  const path = join(folder, dataFiles.adminKey);
  const stored = await readFile(path, "utf8").catch(() => null);
  if (stored?.trim()) {
    await requireOwnerOnly(path);
    return stored.trim();
  }
  const key = `patchbay|${randomBytes(32).toString("hex")}`;
  await writePrivateFile(path, `${key}\n`);
  return key;
}
