import { once } from "node:events";
import { createServer, request, type Server, type ServerResponse } from "node:http";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { HttpError, sendError } from "./responses.ts";

let server: Server;
let fail: (response: ServerResponse) => void;
let logged: string[];

beforeEach(async () => {
  logged = [];
  vi.spyOn(console, "error").mockImplementation((text: string) => void logged.push(text));
  server = createServer((_request, response) => fail(response)).listen(0, "127.0.0.1");
  await once(server, "listening");
});

afterEach(() => {
  vi.restoreAllMocks();
  server.closeAllConnections();
  server.close();
});

const url = () => `http://127.0.0.1:${(server.address() as { port: number }).port}`;

describe("errors of requests", () => {
  it("that were made for it are told as they are", async () => {
    fail = (response) => sendError(response, new HttpError(418, "Teapot", "short and stout"));
    const answer = await fetch(url());
    expect([answer.status, await answer.json()]).toEqual([418, { code: "Teapot", message: "short and stout" }]);
    expect(logged).toEqual([]);
  });

  it.each([
    ["an error of the file system", Object.assign(new Error("ENOENT: /srv/secret/file"), { code: "ENOENT" })],
    ["anything else", "the secret /srv/secret/file"],
  ])("that nobody expected are the operator's: %s", async (_name, error) => {
    fail = (response) => sendError(response, error);
    const answer = await fetch(url());
    expect(answer.status).toBe(500);
    expect(await answer.text()).not.toContain("secret");
    expect(logged.join()).toContain("/srv/secret/file");
  });

  it("after the head show that the body is not complete", async () => {
    fail = (response) => {
      response.writeHead(200, { "content-length": 1000 });
      response.write("half", () => sendError(response, new Error("the disk is gone")));
    };
    await expect(fetch(url()).then((answer) => answer.text())).rejects.toThrow();
    expect(logged.join()).toContain("the disk is gone");
  });

  it("of callers that have gone are nobody's business", async () => {
    const { promise: gone, resolve } = Promise.withResolvers<void>();
    fail = (response) => {
      response.on("close", () => {
        sendError(response, Object.assign(new Error("Premature close"), { code: "ERR_STREAM_PREMATURE_CLOSE" }));
        resolve();
      });
    };
    const client = request(url());
    client.on("error", () => undefined).end();
    await once(server, "request");
    client.destroy();
    await gone;
    expect(logged).toEqual([]);
  });
});
