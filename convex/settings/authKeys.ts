/** The keys that Convex Auth signs sessions with: checked at each start, since a wrong pair shows only at sign-in. */
import { z } from "zod";
import { fromBase64, utf8 } from "../lib/bytes.ts";
import { readEnv, type EnvironmentVariable } from "../lib/env.ts";
import { appError } from "../lib/errors.ts";

const algorithm = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
const jwksSchema = z.object({ keys: z.array(z.looseObject({ kty: z.literal("RSA"), n: z.string(), e: z.string() })) });

/** Throws `misconfigured`, naming the variable, unless JWKS holds the public half of JWT_PRIVATE_KEY. */
export async function checkAuthKeys(): Promise<void> {
  const message = utf8("patchbay");
  const privateKey = await importPrivateKey(requireEnv("JWT_PRIVATE_KEY"));
  const signature = await crypto.subtle.sign(algorithm.name, privateKey, message);
  for (const publicKey of await importPublicKeys(requireEnv("JWKS"))) {
    if (await crypto.subtle.verify(algorithm.name, publicKey, signature, message)) return;
  }
  throw bad("JWKS", "does not hold the public half of JWT_PRIVATE_KEY");
}

async function importPrivateKey(pem: string): Promise<CryptoKey> {
  try {
    const bytes = fromBase64(pem.replace(/-----(BEGIN|END) PRIVATE KEY-----/g, "").replace(/\s+/g, ""));
    return await crypto.subtle.importKey("pkcs8", bytes, algorithm, false, ["sign"]);
  } catch {
    // What is wrong with it is not said: the message might repeat part of the key.
    throw bad("JWT_PRIVATE_KEY", "is not an RSA private key (PKCS #8, PEM)");
  }
}

async function importPublicKeys(text: string): Promise<CryptoKey[]> {
  try {
    const { keys } = jwksSchema.parse(JSON.parse(text));
    return await Promise.all(
      keys.map(({ kty, n, e }) => crypto.subtle.importKey("jwk", { kty, n, e }, algorithm, false, ["verify"])),
    );
  } catch {
    throw bad("JWKS", "is not a JSON Web Key Set with RSA keys");
  }
}

function requireEnv(name: EnvironmentVariable): string {
  const value = readEnv(name);
  if (value === undefined) throw bad(name, "is not set");
  return value;
}

const bad = (variable: EnvironmentVariable, problem: string) =>
  appError("misconfigured", `The environment variable ${variable} ${problem}.`, { variable });
