import { beforeAll, expect, it } from "vitest";
import { internal } from "../_generated/api.js";
import { codeOf, createBackend, setAuthKeys, setEnv, testKeyring, type Backend } from "../test.support.ts";

beforeAll(setAuthKeys);

const markReady = (t: Backend, startId: string) => t.mutation(internal.settings.health.markReady, { startId });
const health = async (t: Backend) => (await t.fetch("/health", { method: "GET" })).status;

it("is healthy once this start is marked ready, and not by an earlier start", async () => {
  const t = createBackend();
  setEnv("PATCHBAY_START_ID", "first");
  expect(await health(t)).toBe(503);
  await markReady(t, "first");
  expect(await health(t)).toBe(200);
  setEnv("PATCHBAY_START_ID", "second");
  expect(await health(t)).toBe(503);
  await markReady(t, "second");
  expect(await health(t)).toBe(200);
});

it("is healthy where there are no starts", async () => {
  expect(await health(createBackend())).toBe(200);
});

it("refuses a missing or unreadable keyring by name, and stays unready", async () => {
  for (const keyring of [
    undefined,
    "{",
    "{}",
    JSON.stringify({ current: "k3", keys: testKeyring.keys }),
    JSON.stringify({ current: "k1", keys: { k1: btoa("short") } }),
    JSON.stringify({ current: "k1", keys: { k1: "%%%" } }),
  ]) {
    const t = createBackend();
    setEnv("PATCHBAY_START_ID", "first");
    setEnv("PATCHBAY_KEYRING", keyring);
    await expect(markReady(t, "first")).rejects.toThrow("PATCHBAY_KEYRING");
    expect(await health(t)).toBe(503);
  }
});

it("refuses another keyring than the one that the data was written with, and takes a rotated one", async () => {
  const t = createBackend();
  await markReady(t, "first");
  const swapped = { current: "k2", keys: { k2: btoa("3".repeat(32)) } };
  setEnv("PATCHBAY_KEYRING", JSON.stringify(swapped));
  expect(await codeOf(markReady(t, "second"))).toBe("misconfigured");
  const rotated = { current: "k3", keys: { ...testKeyring.keys, k3: btoa("3".repeat(32)) } };
  setEnv("PATCHBAY_KEYRING", JSON.stringify(rotated));
  await markReady(t, "third");
});

it("refuses keys for sessions that are missing, unreadable or no pair, by name", async () => {
  const t = createBackend();
  const keys = (globalThis as unknown as { process: { env: Record<string, string> } }).process.env;
  const { JWT_PRIVATE_KEY: privateKey, JWKS: jwks } = keys;
  await setAuthKeys();
  const { JWKS: other } = keys;
  for (const [variable, values] of [
    ["JWT_PRIVATE_KEY", [undefined, jwks]],
    ["JWT_PRIVATE_KEY", ["nonsense", jwks]],
    ["JWKS", [privateKey, undefined]],
    ["JWKS", [privateKey, "{}"]],
    ["JWKS", [privateKey, '{ "keys": [] }']],
    ["JWKS", [privateKey, other]],
  ] as const) {
    setEnv("JWT_PRIVATE_KEY", values[0]);
    setEnv("JWKS", values[1]);
    await expect(markReady(t, "first")).rejects.toThrow(`variable ${variable} `);
  }
  setEnv("JWT_PRIVATE_KEY", privateKey);
  setEnv("JWKS", jwks);
  await markReady(t, "first");
});
