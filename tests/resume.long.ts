/**
 * What stops and starts again must go on where it was: runs over a restart and over a killed deployment, and the secrets
 * that the stored credentials depend on.
 */
import { startTestServer, type TestServer } from "@patchbay/testkit/node";
import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Account, chain, node } from "./support/client.ts";
import { freePorts, Stack, type StackPorts } from "./support/stack.ts";

let folder: string;
let ports: StackPorts;
let service: TestServer;
let stack: Stack;
/** Never answers while it is true. */
let isMute = false;

function start(env: Record<string, string> = {}): Stack {
  return new Stack(folder, ports, { PATCHBAY_OUTBOUND_ALLOW: `127.0.0.1:${service.port}`, ...env });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "resume-"));
  ports = await freePorts();
  service = await startTestServer({ respond: () => (isMute ? new Promise(() => undefined) : {}) });
  stack = start();
  await stack.ready();
});

afterAll(async () => {
  await stack?.stop();
  await service?.close();
  await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
});

const receive = node(1, "webhook.receive");
const variables = (id: number, value: string) =>
  node(id, "tools.setVariables", { variables: [{ name: "said", value }] });
const greeting = (seconds: number, text: string) =>
  chain(receive, node(2, "tools.delay", { seconds }), variables(3, text));
const said = (run: { operations: { nodeId: number; output: { said?: string } }[] }) =>
  run.operations.find(({ nodeId }) => nodeId === 3)?.output.said;

it("goes on with a waiting run after a restart, on the version it began with, though another is published", async () => {
  const owner = await Account.create(stack, "restart@example.test");
  const { id, webhookUrl } = await owner.publish(greeting(12, "one {{1.body.name}}"));
  const first = await owner.trigger(webhookUrl, { name: "Ada" });
  const waiting = await owner.waitForRun(first, ["waiting"]);
  expect(waiting.operations.at(-1)).toMatchObject({ nodeId: 2, state: "waiting" });

  const draft = { baseRevision: 1, definition: greeting(1, "two {{1.body.name}}") };
  expect((await owner.api("PUT", `/scenarios/${id}/draft`, draft)).status).toBe(200);
  expect((await owner.api("POST", `/scenarios/${id}/versions`)).json).toMatchObject({ number: 2 });
  const second = await owner.trigger(webhookUrl, { name: "Bob" });

  expect(await stack.stop()).toBe(0);
  stack = start();
  await stack.ready();
  const [one, two] = [await owner.waitForRun(first), await owner.waitForRun(second)];
  expect([one.state, one.source, said(one)]).toEqual(["succeeded", { kind: "version", number: 1 }, "one Ada"]);
  expect([two.state, two.source, said(two)]).toEqual(["succeeded", { kind: "version", number: 2 }, "two Bob"]);
  for (const [number, runId] of [
    [1, first],
    [2, second],
  ] as const) {
    const listed = (await owner.api("GET", `/scenarios/${id}/runs?version=${number}`)).json.items;
    expect(listed.map((run: { id: string }) => run.id)).toEqual([runId]);
  }
  expect(one.endedAt - one.startedAt).toBeGreaterThanOrEqual(12_000);
});

it("asks about a write that was in flight when the deployment was killed, and repeats what may be repeated", async () => {
  const owner = await Account.create(stack, "kill@example.test");
  const call = (config: object) =>
    chain(receive, node(2, "http.request", { url: service.url, bodyType: "json", body: "{}", ...config }));
  isMute = true;
  service.requests.length = 0;
  const started: Record<string, string> = {};
  for (const [name, config] of Object.entries({
    write: { method: "POST" },
    keyed: { method: "POST", idempotency: "automatic" },
    read: { method: "GET", bodyType: "none" },
  })) {
    started[name] = await owner.trigger(
      (await owner.publish(call({ ...config, url: `${service.url}/${name}` }))).webhookUrl,
    );
  }
  await expect.poll(() => service.requests.length, { timeout: 20_000 }).toBe(3);
  const keyBefore = service.requests.find(({ path }) => path === "/keyed")!.headers["idempotency-key"];
  process.kill(deploymentPid(), "SIGKILL");
  isMute = false;

  const isHealthy = () =>
    fetch(`${stack.siteUrl}/health`).then(
      (answer) => answer.status,
      () => 0,
    );
  await expect.poll(isHealthy, { timeout: 30_000 }).toBe(200);
  const [write, keyed, read] = [
    await owner.waitForRun(started.write!),
    await owner.waitForRun(started.keyed!),
    await owner.waitForRun(started.read!),
  ];
  expect([write.state, write.operations[1].state]).toEqual(["incomplete", "unknown"]);
  expect([keyed.state, read.state]).toEqual(["succeeded", "succeeded"]);
  const count = (name: string) => service.requests.filter(({ path }) => path === `/${name}`).length;
  expect([count("write"), count("keyed"), count("read")]).toEqual([1, 2, 2]);
  const keys = service.requests
    .filter(({ path }) => path === "/keyed")
    .map(({ headers }) => headers["idempotency-key"]);
  expect(keys).toEqual([keyBefore, keyBefore]);

  const retried = await Promise.all([1, 2, 3].map(() => owner.api("POST", `/runs/${write.id}/retry`)));
  expect(retried.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
  expect((await owner.waitForRun(write.id)).state).toBe("succeeded");
  expect(count("write")).toBe(2);
});

/** Of this test's own stack: the only one on its data folder. */
function deploymentPid(): number {
  const listing = execFileSync("ps", ["-eo", "pid=,args="], { encoding: "utf8" });
  const own = listing.split("\n").filter((line) => line.includes("bin.ts start") && line.includes(folder));
  expect(own).toHaveLength(1);
  return Number.parseInt(own[0]!, 10);
}

it("starts only with the keyring that its data was written with, wherever that comes from", async () => {
  await stack.stop();
  const file = join(folder, "secrets.env");
  const right = await readFile(file, "utf8");
  const keyring = /^PATCHBAY_KEYRING=(.*)$/m.exec(right)![1]!;
  const other = JSON.stringify({ current: "k1", keys: { k1: Buffer.alloc(32, 7).toString("base64") } });

  const wrong = start({ PATCHBAY_KEYRING: other });
  expect(await wrong.ended).toBe(1);
  expect(wrong.lines).toEqual([expect.stringMatching(/PATCHBAY_KEYRING does not open/)]);
  expect(wrong.lines.join("\n")).not.toContain(other);

  await writeFile(file, right.replace(/^PATCHBAY_KEYRING=.*\n/m, ""));
  stack = start({ PATCHBAY_KEYRING: keyring });
  await stack.ready();
  const owner = await Account.create(stack, "keyring@example.test");
  expect((await owner.waitForRun(await owner.trigger((await owner.publish(chain(receive))).webhookUrl))).state).toBe(
    "succeeded",
  );
});
