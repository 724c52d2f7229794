import { readFile } from "node:fs/promises";
import { createConnection } from "node:net";
import { createManifestCatalog, validateDefinition, type Manifest } from "@patchbay/core";
import { afterEach, describe, expect, it } from "vitest";
import { FakePatchbay, type Faults } from "../../test/fakePatchbay.ts";
import { CommandError } from "../output.ts";
import { runDemo, type DemoOptions } from "./demo.ts";
import { lineIds, loadOrders, loadScenario } from "./orders.ts";

let fake: FakePatchbay | undefined;
afterEach(() => fake?.stop());

async function demo(faults: Faults = {}, options: Partial<DemoOptions> = {}) {
  fake = new FakePatchbay(faults);
  const stack = await fake.start();
  const lines: string[] = [];
  const signal = new AbortController().signal;
  const say = (line: string) => lines.push(line);
  const running = runDemo(stack, { count: 8, verbose: false, say, signal, runTimeoutMs: 300, ...options });
  return { fake, running, lines, printed: () => lines.join("\n") };
}

async function isListening(address: string): Promise<boolean> {
  const { hostname, port } = new URL(`http://${address}`);
  return new Promise((resolve) => {
    const socket = createConnection(Number(port), hostname);
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}

describe("the demo", () => {
  it("finds nothing wrong with a Patchbay that works", async () => {
    const { running, fake, printed } = await demo({}, { count: 25 });
    expect(await running).toEqual({ summary: { posted: 25, succeeded: 25, failed: 0, duplicates: 0 }, problems: [] });
    expect(fake.calls.map((call) => call.path)).toEqual(["auth/admin:createUser", "apiKeys/admin:createApiKeyForUser"]);
    expect(printed()).toContain("✓ Rolled back: version 3 has the content of version 1");
    expect(printed()).not.toContain("✗");
    // A row per run, and the operations of the first few.
    expect(printed().match(/^[0-9a-f-]{36} {2}order-/gm)).toHaveLength(25);
    expect(printed().match(/^node {2}bundle/gm)).toHaveLength(3);
  });

  it("shows every operation when asked to", async () => {
    const { running, printed } = await demo({}, { verbose: true });
    await running;
    expect(printed().match(/^node {2}bundle/gm)).toHaveLength(8);
  });

  it("waits where the webhook asks it to", async () => {
    const { running } = await demo({ limitFirst: 3 });
    expect((await running).problems).toEqual([]);
  });

  it.each([
    ["a line that is sent twice", { sendTwice: "order-1002" }, "requests more than once", { duplicates: 2 }],
    ["a line that is never sent", { sendNothing: "order-1003" }, "3 lines never reached", { succeeded: 8 }],
    ["a run that fails", { failRun: "order-1004" }, "is failed", { succeeded: 7, failed: 1 }],
    ["a run that never ends", { stallRun: "order-1005" }, "is queued", { succeeded: 7, failed: 1 }],
    ["runs that are not pinned", { unpinned: true }, "not version 2", {}],
    ["drafts that lose changes", { ignoreRevision: true }, "answered 200 instead of 409", {}],
    ["a rollback that changes the draft", { rollbackTouchesDraft: true }, "the draft lost the changes", {}],
    ["a key that counts for nothing", { ignoreKey: true }, "repeated Idempotency-Key started another run", {}],
    ["a webhook that cannot be switched off", { ignoreDisabled: true }, "answered 202 instead of 404", {}],
  ] satisfies [string, Faults, string, object][])("notices %s", async (_name, faults, problem, summary) => {
    const { running } = await demo(faults);
    const report = await running;
    expect(report.problems.join("\n")).toContain(problem);
    expect(report.summary).toMatchObject({ posted: 8, ...summary });
  });

  it("fails where an answer has another shape than documented", async () => {
    const { running } = await demo({ strangeRuns: true });
    await expect(running).rejects.toThrow(/^GET \/runs\/.* answered in another shape \(state:/);
  });

  it("takes its allowance and its server away when it is done", async () => {
    const { running, fake } = await demo();
    await running;
    await expectCleanedUp(fake);
  });

  it("takes them away when it is stopped in the middle", async () => {
    const controller = new AbortController();
    const { running, fake } = await demo({ stallRun: "order-" }, { signal: controller.signal, runTimeoutMs: 60_000 });
    await expect.poll(() => fake.runs.length).toBe(8);
    controller.abort(new CommandError("interrupted", "Stopped"));
    await expect(running).rejects.toThrow("Stopped");
    await expectCleanedUp(fake);
  });

  it("takes them away when it cannot even begin", async () => {
    const say = () => {
      throw new Error("no terminal");
    };
    const { running, fake } = await demo({}, { say });
    await expect(running).rejects.toThrow("no terminal");
    await expectCleanedUp(fake);
  });
});

async function expectCleanedUp(fake: FakePatchbay): Promise<void> {
  expect(fake.outbound.size).toBe(0);
  const [address = ""] = fake.everAllowed;
  expect(address).toMatch(/^127\.0\.0\.1:\d+$/);
  expect(await isListening(address)).toBe(false);
}

describe("the demo's files", () => {
  it("hold a scenario without issues", async () => {
    const definition = await loadScenario("127.0.0.1:1");
    // Read, not imported: the command itself knows nothing of the catalog.
    const manifests = new URL("../../../catalog/src/generated/manifests.json", import.meta.url);
    const catalog = createManifestCatalog(JSON.parse(await readFile(manifests, "utf8")) as Manifest[]);
    expect(validateDefinition(definition, catalog)).toEqual([]);
    expect(definition.nodes.find((node) => node.id === 5)?.config.url).toBe("http://127.0.0.1:1/lines");
  });

  it("give every order and every line an id of its own", async () => {
    const orders = await loadOrders(200, "t");
    expect(new Set(orders.map((order) => order.id)).size).toBe(200);
    const lines = orders.flatMap(lineIds);
    expect(new Set(lines).size).toBe(lines.length);
    expect(orders.some((order) => order.items.length === 0)).toBe(true);
    expect(orders.some((order) => order.express && order.items.length > 0)).toBe(true);
  });
});
