import { expect } from "vitest";
import type { Case } from "../driver.ts";

export const httpCases: readonly Case[] = [
  ...["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"].map((method): Case => ({
    name: `a route takes its method: ${method}`,
    covers: ["convex/server.ROUTABLE_HTTP_METHODS", "RouteSpecWithPath.*", "HttpRouter.route", "HttpRouter.lookup"],
    run: async ({ driver }) => {
      const body = method === "GET" ? undefined : "body";
      const response = await driver.fetch("/methods", { method, body });
      expect([response.status, await response.text()]).toEqual([200, `${method} ${method} ${body ?? ""}`]);
    },
  })),
  {
    name: "an exact path comes before a prefix, a longer prefix before a shorter one",
    covers: ["RouteSpecWithPathPrefix.*", "HttpRouter.lookup"],
    run: async ({ driver }) => {
      const text = async (path: string) => await (await driver.fetch(path)).text();
      expect(await text("/prefix/exact")).toBe("the exact path");
      expect(await text("/prefix/exact/more")).toBe("/prefix/exact/more");
      expect(await text("/prefix/longer/x")).toBe("the longer prefix");
    },
  },
  {
    name: "an answer may be a stream",
    run: async ({ driver }) => {
      const response = await driver.fetch("/stream");
      expect([response.headers.get("content-type"), await response.text()]).toEqual([
        "text/event-stream",
        "chunk 1;chunk 2;chunk 3;",
      ]);
    },
  },
  {
    name: "an answer may be a redirect",
    run: async ({ driver }) => {
      const response = await driver.fetch("/redirect", { redirect: "manual" });
      expect([response.status, response.headers.get("location")]).toEqual([302, "/echo"]);
    },
  },
  {
    name: "a handler may do everything that an action may",
    covers: [
      "GenericActionCtx.*",
      "convex/server.httpActionGeneric",
      "PublicHttpAction.*",
      "syscall storage/storeBlob",
      "syscall storage/getBlob",
      "syscall 1.0/actions/schedule",
    ],
    run: async ({ driver, tag }) => {
      const response = await driver.fetch("/everything", { method: "POST", body: JSON.stringify({ tag }) });
      expect(await response.json()).toEqual({ count: 1, doubled: 4, text: "by http" });
      const log = () => driver.query("scheduling:log", { tag }) as Promise<string[]>;
      await driver.settle(async () => (await log()).length === 1);
      expect(await log()).toEqual(["scheduled by http"]);
    },
  },
  {
    name: "a handler knows the request that it answers",
    run: async ({ driver }) => {
      const response = await driver.fetch("/request", { headers: { "user-agent": "a test" } });
      const request = (await response.json()) as Record<string, unknown>;
      expect(Object.keys(request).sort()).toEqual(["authToken", "ip", "requestId", "scheduledFunctionId", "userAgent"]);
      if (driver.reference === "wire") expect(request).toMatchObject({ ip: "127.0.0.1", userAgent: "a test" });
    },
  },
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
