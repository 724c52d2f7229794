import { describe, expect, it } from "vitest";
import { createDataKey, open, seal, sealDerived, type SecretPlace } from "./crypto.ts";
import type { Keyring } from "./keyring.ts";

const ring = (current: string, ...ids: string[]): Keyring => ({
  current,
  keys: new Map(ids.map((id) => [id, new Uint8Array(32).fill(id.charCodeAt(1))])),
});
const keyring = ring("k1", "k1");
const place: SecretPlace = { organizationId: "org", owner: "connection", field: "token" };

const kinds = {
  wrapped: async (keys: Keyring) => seal(await createDataKey(keys, place), place, "sécret ☂"),
  derived: (keys: Keyring) => sealDerived(keys, place, "sécret ☂"),
};

describe.each(Object.entries(kinds))("a %s envelope", (kind, make) => {
  it("has the form v1.<kekId>.<wrappedKey>.<iv>.<ciphertext> and opens in its place", async () => {
    const envelope = await make(keyring);
    expect(envelope).toMatch(/^v1\.k1\.[\w-]+\.[\w-]{16}\.[\w-]+$/);
    expect(envelope.split(".")[2] === "derived").toBe(kind === "derived");
    expect(await open(keyring, place, envelope)).toBe("sécret ☂");
  });

  it("never looks the same twice", async () => {
    expect(await make(keyring)).not.toBe(await make(keyring));
  });

  it.each<[string, Partial<SecretPlace>]>([
    ["organization", { organizationId: "other" }],
    ["owner", { owner: "other" }],
    ["field", { field: "other" }],
  ])("does not open under another %s", async (_part, change) => {
    const envelope = await make(keyring);
    await expect(open(keyring, { ...place, ...change }, envelope)).rejects.toThrow("PATCHBAY_KEYRING");
  });

  it("does not open when any part was changed", async () => {
    const parts = (await make(keyring)).split(".");
    for (const index of [3, 4]) {
      const part = parts[index] ?? "";
      const changed = [...parts];
      changed[index] = (part.startsWith("A") ? "B" : "A") + part.slice(1);
      await expect(open(keyring, place, changed.join("."))).rejects.toThrow();
    }
  });

  it("opens with every key of a rotated ring, and names a key that is gone", async () => {
    const envelope = await make(keyring);
    expect(await open(ring("k2", "k1", "k2"), place, envelope)).toBe("sécret ☂");
    await expect(open(ring("k2", "k2"), place, envelope)).rejects.toThrow("lacks the key k1");
  });
});

it.each(["", "v1.k1.a.b", "v2.k1.a.b.c", "v1.k1.a.b.c.d"])("refuses %j as an envelope", async (envelope) => {
  await expect(open(keyring, place, envelope)).rejects.toThrow("known format");
});

it("does not mistake parts of a place for each other", async () => {
  const envelope = await sealDerived(keyring, { organizationId: "org", owner: "a", field: "bc" }, "x");
  await expect(open(keyring, { organizationId: "org", owner: "ab", field: "c" }, envelope)).rejects.toThrow();
});
