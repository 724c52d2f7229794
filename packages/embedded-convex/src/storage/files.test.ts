import { createHash } from "node:crypto";
import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FileStore } from "./files.ts";

let dir: string;
let store: FileStore;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "embedded-convex-files-"));
  store = new FileStore(join(dir, "storage"));
});

afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
});

const content = Buffer.from("hello, Patchbay 🎛");

function streamOf(...chunks: Uint8Array[]): ReadableStream<Uint8Array> {
  return ReadableStream.from<Uint8Array>(chunks);
}

async function allFiles(): Promise<string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
}

describe("FileStore", () => {
  it("gives back what was put, from bytes and from a stream", async () => {
    const fromBytes = await store.put(content);
    const fromStream = await store.put(streamOf(content.subarray(0, 5), content.subarray(5)));
    const sha256 = createHash("sha256").update(content).digest("base64");
    for (const stored of [fromBytes, fromStream]) {
      expect(stored).toEqual({ key: expect.stringMatching(/^[0-9a-f]{32}$/) as string, sha256, size: content.length });
      expect(Buffer.from(await store.read(stored.key))).toEqual(content);
      expect(await new Response(store.open(stored.key)).text()).toBe(content.toString());
    }
    expect(fromBytes.key).not.toBe(fromStream.key);
  });

  it("keeps files from other users of the machine", async () => {
    const { key } = await store.put(content);
    expect((await stat(join(dir, "storage", key.slice(0, 2), key))).mode & 0o077).toBe(0);
  });

  it("stores nothing when the source is too large or breaks", async () => {
    await expect(store.put(content, { maxBytes: content.length - 1 })).rejects.toMatchObject({
      code: "FILE_TOO_LARGE",
    });
    const broken = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.error(new Error("the client went away")),
    });
    await expect(store.put(broken)).rejects.toThrow("the client went away");
    expect(await allFiles()).toEqual([]);
    expect((await store.put(content, { maxBytes: content.length })).size).toBe(content.length);
  });

  it("never makes a path of what it is given", async () => {
    await writeFile(join(dir, "secret"), "x");
    for (const key of ["../secret", "..", "", "a".repeat(31), `${"a".repeat(30)}/.`, `${"A".repeat(32)}`]) {
      await expect(store.read(key)).rejects.toThrow("Not the key of a stored file");
      expect(() => store.open(key)).toThrow("Not the key of a stored file");
      await expect(store.delete(key)).rejects.toThrow("Not the key of a stored file");
    }
  });

  it("deletes, also twice, and then answers ENOENT", async () => {
    const { key } = await store.put(content);
    await store.delete(key);
    await store.delete(key);
    await expect(store.read(key)).rejects.toMatchObject({ code: "ENOENT" });
    await expect(new Response(store.open(key)).text()).rejects.toThrow();
  });

  it("sweeps files that nobody knows, and leaves young ones", async () => {
    const known = await store.put(content);
    const orphan = await store.put(content);
    await writeFile(join(dir, "storage", "tmp", "f".repeat(32)), "half a file");
    await writeFile(join(dir, "storage", "README"), "not ours");
    const isKnown = (key: string) => key === known.key;
    expect(await store.sweep(isKnown)).toBe(0);
    expect(await store.sweep(isKnown, { nowMs: Date.now() + 2 * 60 * 60_000 })).toBe(2);
    expect((await allFiles()).sort()).toEqual(["README", known.key].sort());
    await expect(store.read(orphan.key)).rejects.toMatchObject({ code: "ENOENT" });
    expect(await new FileStore(join(dir, "never-used")).sweep(isKnown)).toBe(0);
  });
});
