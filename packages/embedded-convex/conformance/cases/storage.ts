import { createHash } from "node:crypto";
import { expect } from "vitest";
import type { Case } from "../driver.ts";

const content = Uint8Array.from({ length: 3_000 }, (_, index) => (index * 31) % 256);
const sha256 = createHash("sha256").update(content).digest("base64");

export const storageCases: readonly Case[] = [
  {
    name: "an action stores a file and reads it back",
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
];
