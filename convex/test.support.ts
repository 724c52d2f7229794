/// <reference types="vite/client" />
/** What the tests of this folder share: a backend under convex-test, organizations and people in it. */
import { convexTest, type TestConvex } from "convex-test";
import { emptyDefinition, type Definition } from "@patchbay/core";
import { internal } from "./_generated/api.js";
import type { Id } from "./_generated/dataModel.d.ts";
import type { Role } from "./lib/permissions.ts";
import { sampleScenario } from "./organizations/sample.ts";
import schema from "./schema.ts";

declare const process: { env: Record<string, string | undefined> };

const modules = import.meta.glob(["./**/*.{ts,js}", "!./**/*.*.ts"]);

export type Backend = TestConvex<typeof schema>;
export type Client = ReturnType<Backend["withIdentity"]>;

/** Two keys, the second one current: what a rotated keyring looks like. */
export const testKeyring = {
  current: "k2",
  keys: { k1: btoa("1".repeat(32)), k2: btoa("2".repeat(32)) },
};

/** An empty backend with the environment that a start would give it. */
export function createBackend(): Backend {
  process.env.PATCHBAY_KEYRING = JSON.stringify(testKeyring);
  process.env.PATCHBAY_PUBLIC_SITE_URL = "https://patchbay.test";
  delete process.env.PATCHBAY_SIGN_UP;
  delete process.env.PATCHBAY_START_ID;
  delete process.env.PATCHBAY_MAX_BODY_BYTES;
  return convexTest(schema, modules);
}

export function setEnv(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
}

/** A fresh key pair for Convex Auth, in the environment. */
export async function setAuthKeys(): Promise<void> {
  const algorithm = { name: "RSASSA-PKCS1-v1_5", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) };
  const pair = await crypto.subtle.generateKey({ ...algorithm, hash: "SHA-256" }, true, ["sign", "verify"]);
  const bytes = new Uint8Array(await crypto.subtle.exportKey("pkcs8", pair.privateKey));
  const base64 = btoa(String.fromCharCode(...bytes));
  // One line, as in an environment file.
  setEnv("JWT_PRIVATE_KEY", `-----BEGIN PRIVATE KEY----- ${base64} -----END PRIVATE KEY-----`);
  const { kty, n, e } = await crypto.subtle.exportKey("jwk", pair.publicKey);
  setEnv("JWKS", JSON.stringify({ keys: [{ use: "sig", kty, n, e }] }));
}

export interface Person {
  userId: Id<"users">;
  organizationId: Id<"organizations">;
  client: Client;
}

let people = 0;

/** A signed-in person who owns a fresh organization (with its sample scenario). */
export async function createOwner(t: Backend): Promise<Person> {
  people += 1;
  const email = `person${people}@example.test`;
  const account = { email, name: `Person ${people}`, secretHash: "unused" };
  const { userId, organizationId } = await t.mutation(internal.auth.internal.createUser, account);
  return { userId, organizationId, client: signedIn(t, userId) };
}

/** A signed-in person with a role in somebody else's organization. */
export async function createMember(t: Backend, organizationId: Id<"organizations">, role: Role): Promise<Person> {
  const { userId } = await createOwner(t);
  await t.run(async (ctx) => {
    await ctx.db.insert("memberships", { organizationId, userId, role, updatedAt: Date.now() });
  });
  return { userId, organizationId, client: signedIn(t, userId) };
}

export function signedIn(t: Backend, userId: Id<"users">): Client {
  return t.withIdentity({ subject: `${userId}|session` });
}

/** A definition that can be published: the sample's, with a text of one's own in it. */
export function definitionWith(text: string): Definition {
  const definition = structuredClone(sampleScenario.definition);
  const greeting = definition.nodes.find((node) => node.id === 4);
  if (greeting === undefined) throw new Error("The sample has lost node 4.");
  greeting.config = { variables: [{ name: "greeting", value: text }] };
  return definition;
}

export const emptyText = (): string => JSON.stringify(emptyDefinition());
export const textWith = (text: string): string => JSON.stringify(definitionWith(text));

/** The `code` of the app error that the call throws; fails when it throws none. */
export async function codeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    const { data } = error as { data?: unknown };
    const parsed = (typeof data === "string" ? JSON.parse(data) : data) as { code?: string } | undefined;
    if (parsed?.code !== undefined) return parsed.code;
    throw error;
  }
  throw new Error("The call was expected to be refused, and was not.");
}
