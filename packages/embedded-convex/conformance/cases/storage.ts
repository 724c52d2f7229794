import { createHash } from "node:crypto";
import { expect } from "vitest";
import type { Case } from "../driver.ts";

const content = Uint8Array.from({ length: 3_000 }, (_, index) => (index * 31) % 256);
const sha256 = createHash("sha256").update(content).digest("base64");

export const storageCases: readonly Case[] = [
  {
    name: "an action stores a file and reads it back",
    covers: ["syscall storage/*", "GenericActionCtx.storage"],
    run: async ({ driver }) => {
      const id = (await driver.action("files:store", { bytes: content.buffer, contentType: "image/x-test" })) as string;
      expect(await driver.action("files:read", { id })).toEqual({ bytes: content.buffer, contentType: "image/x-test" });
      expect(await driver.action("files:sizeInAction", { id })).toBe(content.length);
    },
  },
  {
    name: "a file has a row of metadata",
    run: async ({ driver }) => {
      const id = (await driver.action("files:store", { bytes: content.buffer })) as string;
      expect(await driver.query("files:metadata", { id })).toEqual({ size: content.length, sha256, contentType: null });
    },
  },
  {
    name: "a file is uploaded to a URL and downloaded from one",
    wireOnly: "convex-test's URLs lead nowhere",
    run: async ({ driver }) => {
      const uploadUrl = (await driver.mutation("files:uploadUrl")) as string;
      const uploaded = await fetch(uploadUrl, {
        method: "POST",
        body: content,
        headers: { "content-type": "image/png" },
      });
      expect(uploaded.status).toBe(200);
      const { storageId } = (await uploaded.json()) as { storageId: string };
      const url = (await driver.query("files:url", { id: storageId })) as string;
      const downloaded = await fetch(url);
      expect([downloaded.status, downloaded.headers.get("content-type")]).toEqual([200, "image/png"]);
      expect(new Uint8Array(await downloaded.arrayBuffer())).toEqual(content);
    },
  },
  {
    name: "a deleted file is gone",
    covers: [
      "StorageWriter.delete",
      "syscall 1.0/storageDelete",
      "GenericQueryCtx.storage",
      "GenericMutationCtx.storage",
    ],
    run: async ({ driver }) => {
      const id = (await driver.action("files:store", { bytes: content.buffer })) as string;
      const url = (await driver.query("files:url", { id })) as string;
      await driver.mutation("files:remove", { id });
      expect(await driver.query("files:url", { id })).toBeNull();
      expect(await driver.action("files:read", { id })).toBeNull();
      if (driver.reference === "wire") expect((await fetch(url)).status).toBe(404);
    },
  },
  {
    name: "a file stays when the mutation that deleted it throws",
    run: async ({ driver }) => {
      const id = (await driver.action("files:store", { bytes: content.buffer })) as string;
      await expect(driver.mutation("files:removeAndThrow", { id })).rejects.toThrow("rolled back");
      expect(await driver.action("files:read", { id })).toMatchObject({ bytes: content.buffer });
    },
  },
  {
    name: "a mutation stores a file and reads it back",
    covers: ["StorageWriter.store", "StorageWriter.get", "syscall 1.0/storageStore", "syscall 1.0/storageGet"],
    wireOnly: "convex-test has no files in mutations",
    run: async ({ driver }) => {
      const stored = (await driver.mutation("files:storeInMutation", { text: "é", contentType: "text/x" })) as {
        id: string;
      };
      expect(stored).toEqual({ id: stored.id, text: "é", contentType: "text/x", missing: null });
      expect(await driver.action("files:read", { id: stored.id })).toEqual({
        bytes: new TextEncoder().encode("é").buffer,
        contentType: "text/x",
      });
    },
  },
  {
    name: "a file that a mutation stored goes when it throws, and when its digest is another",
    wireOnly: "convex-test has no files in mutations",
    run: async ({ driver }) => {
      const rows = () => driver.query("files:count");
      const before = await rows();
      const store = (more: Record<string, string | boolean>) =>
        driver.mutation("files:storeInMutation", { text: "gone", contentType: "text/x", ...more });
      await expect(store({ fail: true })).rejects.toThrow("rolled back");
      await expect(store({ sha256: "AAAA" })).rejects.toThrow(/SHA-256/);
      expect(await rows()).toBe(before);
    },
  },
  {
    name: "files have URLs and metadata, in mutations and actions",
    covers: [
      "StorageReader.*",
      "StorageWriter.generateUploadUrl",
      "FileMetadata.*",
      "syscall 1.0/storageGetUrl",
      "syscall 1.0/storageGetMetadata",
      "syscall 1.0/storageGenerateUploadUrl",
    ],
    wireOnly: "convex-test has no getMetadata",
    run: async ({ driver }) => {
      const id = (await driver.action("files:store", { bytes: content.buffer, contentType: "image/x-test" })) as string;
      const hex = createHash("sha256").update(content).digest("hex");
      const metadata = { storageId: id, sha256: hex, size: content.length, contentType: "image/x-test" };
      const found = {
        url: expect.stringMatching(/^http.*\/api\/storage\//) as string,
        upload: expect.stringMatching(/^http/) as string,
      };
      expect(await driver.mutation("files:urls", { id })).toEqual({ ...found, metadata });
      expect(await driver.action("files:urlsInAction", { id })).toEqual({
        ...found,
        before: metadata,
        after: null,
        url2: null,
      });
    },
  },
  {
    name: "an action may say which digest its file has",
    wireOnly: "convex-test does not look at digests",
    run: async ({ driver }) => {
      const digest = createHash("sha256").update("text").digest("base64");
      await driver.action("files:storeChecked", { text: "text", sha256: digest });
      await expect(driver.action("files:storeChecked", { text: "other", sha256: digest })).rejects.toThrow(/SHA-256/);
    },
  },
];
