/**
 * The security rules (design 07) as an attacker meets them: against the real stack, over the wire, with the data folder
 * at hand. Rules that show in one function have their tests beside it; these are the ones that need everything together.
 */
import { startTestServer, type TestAnswer, type TestServer } from "@patchbay/testkit/node";
import { globSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Account, callFunction, chain, node, send } from "./support/client.ts";
import { freePorts, root, Stack, type StackPorts } from "./support/stack.ts";

/** Answers with everything it was sent, in several encodings: what a careless or malicious service does. */
const startMirror = () =>
  startTestServer({
    respond: ({ path, headers, body }): TestAnswer => {
      const to = new URL(path, "http://mirror").searchParams.get("to");
      if (to !== null) return { status: 302, headers: { location: to } };
      const secret = headers.authorization ?? headers["x-api-key"] ?? "";
      const encoded = ["base64", "base64url", "hex"].map((encoding) =>
        Buffer.from(secret).toString(encoding as BufferEncoding),
      );
      const text = JSON.stringify({ secret, headers, body, encoded, url: encodeURIComponent(secret) });
      return { status: path === "/refuse" ? 400 : 200, headers: { "x-mirror": secret }, body: text };
    },
  });

let folder: string;
let ports: StackPorts;
let mirror: TestServer;
let stack: Stack;
let ann: Account;
let bob: Account;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "security-"));
  ports = await freePorts();
  mirror = await startMirror();
  stack = new Stack(folder, ports, { PATCHBAY_OUTBOUND_ALLOW: `127.0.0.1:${mirror.port}` });
  await stack.ready();
  ann = await Account.create(stack, "ann@example.test");
  bob = await Account.create(stack, "bob@example.test");
});

afterAll(async () => {
  await stack?.stop();
  await mirror?.close();
  await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
});

const receive = node(1, "webhook.receive");
const get = (url: string, more: object = {}) => node(2, "http.request", { method: "GET", url }, more);

/** Publishes the definition, posts to it and waits for the run's end. */
async function runOnce(definition: object, body: unknown = {}) {
  const { webhookUrl } = await ann.publish(definition);
  return ann.waitForRun(await ann.trigger(webhookUrl, body));
}

describe("credentials", () => {
  const canaries = {
    "http.bearer": { token: "canary-b7Zq!9/+x" },
    "http.basic": { username: "robot", password: "canary-pässw &=?" },
    "http.header": { name: "X-Api-Key", value: "canary-h5511" },
  };
  const forms = Object.values(canaries)
    .map((values) => Object.values(values).find((value) => value.startsWith("canary"))!)
    .flatMap((secret) => {
      const bytes = Buffer.from(secret);
      return [secret, encodeURIComponent(secret), bytes.toString("base64").replace(/=+$/, ""), bytes.toString("hex")];
    });

  async function connect(type: keyof typeof canaries): Promise<string> {
    const args = { organizationId: ann.organizationId, type, name: "Mirror", values: canaries[type] };
    const { json, text } = await ann.call("action", "connections/actions:createConnection", args);
    expect(json.status, text).toBe("success");
    return json.value.id;
  }

  it("reach the service, and no answer, row, file or log", async () => {
    for (const type of Object.keys(canaries) as (keyof typeof canaries)[]) {
      const connectionId = await connect(type);
      for (const path of ["/", "/refuse"]) {
        const keep = node(3, "tools.setVariables", { variables: [{ name: "all", value: "{{2}} {{2.body.secret}}" }] });
        const run = await runOnce(chain(receive, get(`${mirror.url}${path}`, { connectionId }), keep));
        expect(run.state).toBe(path === "/" ? "succeeded" : "failed");
        expect(JSON.stringify(run)).toContain("[redacted]");
        for (const form of forms) expect(JSON.stringify(run)).not.toContain(form);
      }
    }
    expect(mirror.requests.map(({ headers }) => headers.authorization ?? headers["x-api-key"])).toEqual(
      expect.arrayContaining(["Bearer canary-b7Zq!9/+x", "canary-h5511", expect.stringMatching(/^Basic /)]),
    );
    const listed = await ann.call("query", "connections/queries:listConnections", {
      organizationId: ann.organizationId,
    });
    expect(listed.text).toContain("Mirror");
    const stored = await readEverything(folder);
    expect(stored.size).toBeGreaterThan(5);
    for (const form of forms) {
      expect(listed.text).not.toContain(form);
      for (const [file, bytes] of stored) expect(bytes.includes(form), `${form} in ${file}`).toBe(false);
    }
  });

  it("of another organization cannot be used", async () => {
    const connectionId = await connect("http.bearer");
    const definition = chain(receive, get(`${mirror.url}/stolen`, { connectionId }));
    const { json } = await bob.api("POST", "/scenarios", { name: "Theft", definition });
    const published = await bob.api("POST", `/scenarios/${json.id}/versions`);
    expect(published.status).toBe(422);
    expect(published.json.error.details.issues).toMatchObject([{ code: "connection_missing", nodeId: 2 }]);
    const run = await bob.api("POST", `/scenarios/${json.id}/runs`, { source: { kind: "draft" } });
    if (run.status === 202) expect((await bob.waitForRun(run.json.id)).state).toBe("failed");
    expect(mirror.requests.some(({ path }) => path === "/stolen")).toBe(false);
  });

  it("and passwords, keys and tokens are in no file, and no file is for others", async () => {
    const { webhookUrl } = await ann.publish(chain(receive));
    const token = webhookUrl.split("/").at(-1)!;
    const secrets = [ann.key, bob.key, token, "correct horse battery"];
    for (const [file, bytes] of await readEverything(folder)) {
      for (const secret of secrets) expect(bytes.includes(secret), `${secret} in ${file}`).toBe(false);
      expect((await stat(join(folder, file))).mode & 0o077, file).toBe(0);
    }
    const keyring = /^PATCHBAY_KEYRING=(.*)$/m.exec(await readFile(join(folder, "secrets.env"), "utf8"))![1]!;
    const { keys } = JSON.parse(keyring) as { keys: Record<string, string> };
    for (const [file, bytes] of await readEverything(folder)) {
      if (file.endsWith(".env")) continue;
      for (const key of Object.values(keys)) expect(bytes.includes(key), file).toBe(false);
    }
  });
});

/** Every file of the data folder, by its path in it. */
async function readEverything(folder: string): Promise<Map<string, Buffer>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const contents = await Promise.all(
    files.map(async (file) => [relative(folder, file), await readFile(file)] as const),
  );
  return new Map(contents);
}

describe("a scenario's requests", () => {
  const refused = (port: number, sitePort: number, mirrorUrl: string): [string, string][] => [
    ["the deployment", `http://127.0.0.1:${port}/version`],
    ["its site", `http://127.0.0.1:${sitePort}/health`],
    ["localhost", `http://localhost:${sitePort}/health`],
    ["IPv6 loopback", `http://[::1]:${sitePort}/health`],
    ["IPv4 in IPv6", `http://[::ffff:127.0.0.1]:${sitePort}/health`],
    ["a decimal address", `http://2130706433:${sitePort}/health`],
    ["a hexadecimal address", `http://0x7f.1:${sitePort}/health`],
    ["an octal address", `http://0177.0.0.1:${sitePort}/health`],
    ["any address", `http://0.0.0.0:${sitePort}/health`],
    ["a cloud's metadata", "http://169.254.169.254/latest/meta-data/"],
    ["a private network", "http://10.0.0.1/"],
    ["a unique local address", "http://[fd00::1]/"],
    ["a NAT64 address", "http://[64:ff9b::7f00:1]/"],
    ["a redirect to loopback", `${mirrorUrl}/?to=http://127.0.0.1:${sitePort}/health`],
    ["a redirect to the metadata", `${mirrorUrl}/?to=http://169.254.169.254/`],
    ["a file", "file:///etc/passwd"],
    ["a host hidden behind a user name", `${mirrorUrl.replace("//", "//x@")}@127.0.0.1:${sitePort}/health`],
  ];

  it("reach neither the deployment nor the networks around it", async () => {
    const { webhookUrl } = await ann.publish(chain(receive, get("{{1.body.url}}")));
    const cases = refused(ports.convex, ports.site, mirror.url);
    const runs = await Promise.all(
      cases.map(async ([what, url]) => [what, await ann.waitForRun(await ann.trigger(webhookUrl, { url }))] as const),
    );
    for (const [what, run] of runs) {
      expect(run.state, what).toBe("failed");
      const { state, attempts, error } = run.operations[1];
      expect({ state, attempts, kind: error.kind }, what).toMatchObject({
        state: "failed",
        attempts: 1,
        kind: expect.stringMatching(/terminal|invalid/),
      });
    }
    const allowed = await ann.waitForRun(await ann.trigger(webhookUrl, { url: `${mirror.url}/allowed` }));
    expect(allowed.state).toBe("succeeded");
  });
});

describe("the deployment's functions", () => {
  /** `path:name` of every function that is not public, found in the sources by its builder. */
  async function internalFunctions(): Promise<string[]> {
    const builders = "internalQuery|internalMutation|internalAction|internalOrgMutation|apiQuery|apiMutation";
    const declaration = new RegExp(`^export const (\\w+) = (?:${builders})\\(`, "gm");
    const files = globSync("convex/**/*.ts", { cwd: root });
    const texts = await Promise.all(files.map((file) => readFile(join(root, file), "utf8")));
    return files.flatMap((file, index) => {
      const path = file.slice("convex/".length, -".ts".length);
      return [...texts[index]!.matchAll(declaration)].map(([, name]) => `${path}:${name}`);
    });
  }

  /** The errors in the deployment's log, by the request's id. */
  async function loggedErrors(): Promise<Map<string, string>> {
    const adminKey = (await readFile(join(folder, "admin.key"), "utf8")).trim();
    const headers = { authorization: `Convex ${adminKey}` };
    const { json } = await send("GET", `${stack.cloudUrl}/api/stream_function_logs?cursor=0`, { headers });
    return new Map(
      (json.entries as { requestId: string; error: string | null }[]).map(({ requestId, error }) => [
        requestId,
        error ?? "",
      ]),
    );
  }

  it("that are internal cannot be called by anybody without the admin key", async () => {
    const paths = await internalFunctions();
    expect(paths.length).toBeGreaterThan(30);
    for (const path of [...paths, "auth:store"]) {
      const answers = [await ann.call("mutation", path, {})];
      for (const kind of ["query", "mutation", "action", "function"] as const) {
        answers.push(await callFunction(stack, { kind, path, args: {} }));
      }
      const errors = await loggedErrors();
      for (const { json } of answers) {
        expect(json.status, path).toBe("error");
        // Callers learn the id of the request; why it failed stands in the log.
        const [, requestId] = /^\[Request ID: (\w+)\] Server Error$/.exec(json.errorMessage as string) ?? [];
        expect(errors.get(requestId!), path).toContain("Could not find public function");
      }
    }
  });

  it("tell a stranger nothing", async () => {
    const args = { organizationId: ann.organizationId, paginationOpts: { numItems: 1, cursor: null } };
    for (const path of ["scenarios/queries:listScenarios", "runs/queries:listRuns", "audit/queries:listAuditEntries"]) {
      const anonymous = await callFunction(stack, { kind: "query", path, args });
      expect(anonymous.json.errorData).toMatchObject({ code: "unauthenticated" });
      expect((await bob.call("query", path, args)).json.errorData).toMatchObject({ code: "not_found" });
      const forged = await callFunction(stack, { kind: "query", path, args, authorization: "Bearer e30.e30.e30" });
      expect(forged.json?.status).not.toBe("success");
    }
  });

  it("are administered with the admin key only", async () => {
    const endpoints: [string, string][] = [
      ["GET", "/api/embedded/outbound"],
      ["POST", "/api/embedded/outbound"],
      ["POST", "/api/update_environment_variables"],
      ["POST", "/api/deploy2/start_push"],
      ["POST", "/api/deploy2/finish_push"],
      ["GET", "/api/stream_function_logs"],
    ];
    for (const [method, path] of endpoints) {
      for (const authorization of ["", "Convex wrong", `Bearer ${ann.key}`, `Convex ${ann.key}`]) {
        const options = { headers: { authorization }, ...(method === "POST" && { body: {} }) };
        const { status } = await send(method, stack.cloudUrl + path, options);
        expect([401, 403], `${method} ${path} with "${authorization}"`).toContain(status);
      }
    }
  });

  it("tell nobody of an unexpected error more than an id, under which the log has the rest", async () => {
    // A missing argument: the validator's text quotes what the function takes.
    const answer = await callFunction(stack, { kind: "query", path: "runs/queries:getRun", args: {} });
    const { errorMessage, logLines } = answer.json as { errorMessage: string; logLines: string[] };
    expect(errorMessage).toMatch(/^\[Request ID: [0-9a-f]{16}\] Server Error$/);
    expect(logLines).toEqual([]);
    expect(answer.text).not.toMatch(/Validator|convex\/|\.ts|node_modules/);
    expect(answer.text).not.toContain(root);
  });

  it("say on purpose what is wrong with somebody's credentials", async () => {
    const args = { email: "ann@example.test", password: "not hers at all", flow: "signIn" };
    const answer = await callFunction(stack, { kind: "action", path: "auth/actions:proveCredentials", args });
    expect(answer.json.errorData).toMatchObject({ code: "invalid_credentials" });
    expect(answer.json.errorMessage).toMatch(/Server Error$/);
  });

  it("note in the audit log where a change came from", async () => {
    await ann.api("POST", "/scenarios", { name: "Audited" });
    const { organizationId } = ann;
    const args = { organizationId, paginationOpts: { numItems: 1, cursor: null } };
    const { json } = await ann.call("query", "audit/queries:listAuditEntries", args);
    expect(json.value.page[0]).toMatchObject({ action: "scenario.created", address: "127.0.0.1", agent: "node" });
  });

  it("open no account once there is one", async () => {
    const args = { email: "eve@example.test", password: "long enough", name: "Eve", flow: "signUp" };
    const answer = await callFunction(stack, { kind: "action", path: "auth/actions:proveCredentials", args });
    expect(answer.json.errorData).toMatchObject({ code: "sign_up_closed" });
  });
});

describe("another organization", () => {
  it("gets the same answer for a foreign id as for one that does not exist", async () => {
    const { id, webhookUrl } = await ann.publish(chain(receive));
    const runId = await ann.trigger(webhookUrl);
    const scenarios = [`/scenarios/${id}`, `/scenarios/${id}/versions`, `/scenarios/${id}/runs`];
    for (const path of [...scenarios, `/runs/${runId}`]) {
      const nowhere = path.replace(id, "nowhere").replace(runId, "nowhere");
      const foreign = await bob.api("GET", path);
      expect(foreign.status).toBe(404);
      expect(foreign.text).toBe((await bob.api("GET", nowhere)).text);
    }
    const writes = [`/runs/${runId}/cancel`, `/runs/${runId}/retry`, `/runs/${runId}/replay`, `${scenarios[0]}/runs`];
    for (const path of [...writes, `${scenarios[0]}/versions`, `${scenarios[0]}/versions/1/rollback`]) {
      expect((await bob.api("POST", path)).status, path).toBe(404);
    }
    expect((await bob.api("DELETE", scenarios[0]!)).status).toBe(404);
    expect((await ann.api("GET", scenarios[0]!)).json).toMatchObject({ enabled: true, archivedAt: null });
  });

  it("is not found behind a cursor either", async () => {
    const { id } = await bob.publish(chain(receive));
    const foreign = await ann.api("GET", "/scenarios?limit=1");
    for (const cursor of ["[]", "[null]", '["\uffff"]', '["",0,""]', JSON.stringify([foreign.json.items[0].id])]) {
      const answer = await bob.api("GET", `/scenarios/${id}/runs?cursor=${encodeURIComponent(cursor)}`);
      expect(answer.json.items ?? [], cursor).toEqual([]);
    }
  });
});

describe("what browsers are given", () => {
  it("a webhook's answer in a sandbox", async () => {
    const headers = [
      { name: "Content-Type", value: "text/html" },
      { name: "Content-Security-Policy", value: "default-src *" },
      { name: "Set-Cookie", value: "session=stolen" },
    ];
    const respond = node(2, "webhook.respond", { status: 200, headers, body: "<script>alert(1)</script>" });
    const { webhookUrl } = await ann.publish(chain(receive, respond));
    const answer = await send("POST", webhookUrl, { body: {} });
    expect(answer.text).toContain("<script>");
    expect(answer.headers.get("content-security-policy")).toBe("sandbox; default-src 'none'");
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
    expect(answer.headers.get("set-cookie")).toBeNull();
  });

  it("pages with a policy of their own nonce, that nobody may frame", async () => {
    const policies = await Promise.all(
      [1, 2].map(async () => {
        const page = await send("GET", `${stack.webUrl}/signin`);
        expect(page.status).toBe(200);
        return page.headers.get("content-security-policy") ?? "";
      }),
    );
    for (const policy of policies) {
      expect(policy).toMatch(/script-src [^;]*'nonce-[^']{16,}'/);
      expect(policy).not.toMatch(/script-src [^;]*'unsafe-(inline|eval)'/);
      expect(policy).toContain("object-src 'none'");
      expect(policy).toContain("frame-ancestors 'none'");
    }
    expect(policies[0]).not.toBe(policies[1]);
  });
});
