import { expect } from "vitest";
import type { Case } from "../driver.ts";

export const httpCases: readonly Case[] = [
  {
    name: "a request arrives with method, path, query, headers and body",
    run: async ({ driver }) => {
      const response = await driver.fetch("/echo?q=1&q=%C3%A9", {
        method: "POST",
        body: "hé 🎉",
        headers: { "x-case": "abc" },
      });
      expect(response.status).toBe(200);
      expect(await response.json()).toEqual({
        method: "POST",
        path: "/echo",
        query: ["1", "é"],
        header: "abc",
        body: "hé 🎉",
      });
    },
  },
  {
    name: "the answer leaves with status, headers and body, after the mutation it waited for",
    run: async ({ driver, tag }) => {
      const response = await driver.fetch("/insert", {
        method: "POST",
        body: JSON.stringify({ tag, value: "by http" }),
      });
      expect([response.status, response.headers.get("x-made")]).toEqual([201, "yes"]);
      const id = await response.text();
      expect(await driver.query("items:get", { id })).toMatchObject({ value: "by http" });
    },
  },
  {
    name: "bodies may be binary",
    run: async ({ driver }) => {
      const response = await driver.fetch("/binary", { method: "POST", body: new Uint8Array([0, 128, 255]) });
      expect(new Uint8Array(await response.arrayBuffer())).toEqual(new Uint8Array([255, 128, 0]));
    },
  },
  {
    name: "several cookies stay several",
    run: async ({ driver }) => {
      const response = await driver.fetch("/cookies");
      expect([response.status, response.headers.getSetCookie()]).toEqual([204, ["a=1; Path=/", "b=2; Path=/"]]);
    },
  },
  {
    name: "prefix routes take what is below them; other paths and methods are 404",
    run: async ({ driver }) => {
      expect(await (await driver.fetch("/prefix/a/b")).text()).toBe("/prefix/a/b");
      for (const [path, method] of [
        ["/nowhere", "GET"],
        ["/echo", "DELETE"],
        ["/prefixed", "GET"],
      ] as const) {
        expect((await driver.fetch(path, { method })).status).toBe(404);
      }
    },
  },
  {
    name: "HEAD is answered by the GET route, without a body",
    wireOnly: "convex-test calls the handler directly and returns its body",
    run: async ({ driver }) => {
      const response = await driver.fetch("/prefix/x", { method: "HEAD" });
      expect([response.status, await response.text()]).toEqual([200, ""]);
    },
  },
  {
    name: "a handler that throws is a 500",
    wireOnly: "convex-test passes the error on to the caller",
    run: async ({ driver }) => {
      expect((await driver.fetch("/throws")).status).toBe(500);
    },
  },
];
