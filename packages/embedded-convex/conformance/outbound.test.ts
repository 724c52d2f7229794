/** What functions may reach, as the operator sees it: the start option, the admin endpoint, and the default. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { ConvexHttpClient } from "convex/browser";
import { makeFunctionReference } from "convex/server";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { copyApp, deploy } from "../test/cli.ts";
import type { AppCopy } from "../test/cli.ts";
import { Deployment } from "../test/deployment.ts";
import { createTokenIssuer } from "../test/tokens.ts";

interface Fetched {
  status: number | null;
  text: string | null;
  error: { message: string; code: string | null; isError: boolean } | null;
}

const get = makeFunctionReference<"action", { url: string }, Fetched>("network:get");

let deployment: Deployment;
let app: AppCopy;
const servers: Server[] = [];
let allowedPort: number;
let otherPort: number;

beforeAll(async () => {
  const issuer = await createTokenIssuer();
  [allowedPort, otherPort] = [await serve(), await serve()];
  [deployment, app] = await Promise.all([
    Deployment.start({ functionEnv: issuer.env, args: ["--allow-outbound", `127.0.0.1:${allowedPort},*:1`] }),
    copyApp(new URL("./app/", import.meta.url)),
  ]);
  await deploy(deployment, app);
}, 90_000);

afterAll(async () => {
  await deployment?.dispose();
  await app?.dispose();
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(): Promise<number> {
  const server = createServer((request, response) => {
    if (request.url === "/redirect") response.writeHead(302, { location: `http://localhost:${otherPort}/` });
    response.end("reached");
  });
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

function fetchInAction(url: string): Promise<Fetched> {
  return new ConvexHttpClient(deployment.cloudUrl, { logger: false }).action(get, { url });
}

async function changeAllowance(body: object | undefined, key = deployment.adminKey): Promise<Response> {
  return await fetch(`${deployment.cloudUrl}/api/embedded/outbound`, {
    method: body === undefined ? "GET" : "POST",
    headers: { authorization: `Convex ${key}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

const reached = { status: 200, text: "reached", error: null };
const refused = { status: null, text: null, error: { code: "OUTBOUND_REFUSED", isError: true } };

describe("outbound requests of actions", () => {
  it("reach what the operator allowed at the start, and nothing else of the machine", async () => {
    expect(await fetchInAction(`http://127.0.0.1:${allowedPort}/`)).toEqual(reached);
    expect(await fetchInAction(`http://127.0.0.1:${otherPort}/`)).toMatchObject(refused);
    expect(await fetchInAction(`http://localhost:${allowedPort}/`)).toMatchObject(refused);
    expect(await fetchInAction("http://169.254.169.254/latest/meta-data/")).toMatchObject(refused);
  });

  it("are checked again on a redirect", async () => {
    expect(await fetchInAction(`http://127.0.0.1:${allowedPort}/redirect`)).toMatchObject(refused);
  });

  it("never reach the deployment's own ports, whatever is allowed", async () => {
    expect((await changeAllowance({ add: ["*:*"] })).status).toBe(200);
    expect(await fetchInAction(`http://127.0.0.1:${otherPort}/`)).toEqual(reached);
    for (const own of [deployment.cloudUrl, deployment.siteUrl]) {
      expect(await fetchInAction(`${own}/version`)).toMatchObject(refused);
      expect(await fetchInAction(own.replace("127.0.0.1", "localhost"))).toMatchObject(refused);
    }
    await changeAllowance({ remove: ["*:*"] });
    expect(await fetchInAction(`http://127.0.0.1:${otherPort}/`)).toMatchObject(refused);
  });

  it("follow the admin endpoint at once, for as long as it says", async () => {
    const entry = `127.0.0.1:${otherPort}`;
    await changeAllowance({ add: [entry], ttlMs: 400 });
    expect(await fetchInAction(`http://${entry}/`)).toEqual(reached);
    const listed = (await (await changeAllowance(undefined)).json()) as { allow: string[] };
    expect(listed.allow).toContain(entry);
    await vi.waitFor(async () => expect(await fetchInAction(`http://${entry}/`)).toMatchObject(refused), {
      timeout: 5_000,
    });
  });

  it("are not for strangers to allow, and malformed entries are named", async () => {
    expect((await changeAllowance({ add: ["*:*"] }, "test|wrong")).status).toBe(403);
    expect((await changeAllowance(undefined, "test|wrong")).status).toBe(403);
    const malformed = await changeAllowance({ add: ["no port"] });
    expect(malformed.status).toBe(400);
    expect(await malformed.text()).toContain("no port");
  });
});
