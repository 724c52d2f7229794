/**
 * Kills the deployment while webhooks are being posted, a hundred times in a row, and checks what it promised: a request that
 * was answered 202 has exactly one run, which ends as succeeded, or stands as incomplete exactly where a write was in
 * flight; and the receiving server never saw one key twice.
 */
import { createRandom } from "@patchbay/testkit";
import { startTestServer, TestDeployment, type ApiClient, type TestServer } from "@patchbay/testkit/node";
import { afterAll, beforeAll, expect, it } from "vitest";

const KILLS = Number(process.env.PATCHBAY_KILLS ?? 100);
const CONNECTIONS = 12;
/** Leases expire, the sweeper comes round, executors take over: all of it well within this. */
const RECOVERY_MS = 120_000;

let receiver: TestServer;
let deployment: TestDeployment;
let client: ApiClient;

beforeAll(async () => {
  receiver = await startTestServer({ latencyMs: 20 });
  deployment = await TestDeployment.create({ allowOutbound: [`127.0.0.1:${receiver.port}`] });
  client = await deployment.createClient();
});

afterAll(async () => {
  await deployment?.remove();
  await receiver?.close();
});

const at = { typeVersion: 1, position: { x: 0, y: 0 } };
const send = (id: number) => ({
  id,
  type: "http.request",
  ...at,
  config: { method: "POST", url: `${receiver.url}/`, bodyType: "json", body: '{"key": "{{2.key}}"}' },
});

/** Every third request waits a second before it writes: timers are killed, too. */
const definition = () => ({
  format: 1,
  nodes: [
    { id: 1, type: "webhook.receive", ...at, config: {} },
    { id: 2, type: "tools.setVariables", ...at, config: { variables: [{ name: "key", value: "{{1.body.key}}" }] } },
    { id: 3, type: "router.route", ...at, config: {} },
    send(4),
    { id: 5, type: "tools.delay", ...at, config: { seconds: 1 } },
    send(6),
    { id: 7, type: "tools.setVariables", ...at, config: { variables: [{ name: "done", value: "{{2.key}}" }] } },
  ],
  edges: [
    { from: 1, to: 2, kind: "next" },
    { from: 2, to: 3, kind: "next" },
    {
      from: 3,
      to: 5,
      kind: "next",
      order: 0,
      filter: { conditions: [[{ left: "{{1.body.slow}}", operator: "isTrue" }]] },
    },
    { from: 3, to: 4, kind: "next", order: 1, fallback: true },
    { from: 5, to: 6, kind: "next" },
    { from: 4, to: 7, kind: "next" },
  ],
});

interface Accepted {
  key: string;
  runId: string;
}

/** Posts until `isOver`; a request that is not answered may or may not have a run, and is not posted again. */
async function postMany(url: string, round: number, isOver: () => boolean): Promise<Accepted[]> {
  const accepted: Accepted[] = [];
  let next = 0;
  const work = async () => {
    while (!isOver()) {
      const index = next++;
      const key = `${round}-${index}`;
      const body = JSON.stringify({ key, slow: index % 3 === 0 });
      try {
        const response = await fetch(url, { method: "POST", body, headers: { "content-type": "application/json" } });
        if (response.status === 202)
          accepted.push({ key, runId: ((await response.json()) as { runId: string }).runId });
      } catch {
        // Killed in the middle: nothing was promised.
        await pause(20);
      }
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, work));
  return accepted;
}

const pause = (durationMs: number) => new Promise((resolve) => setTimeout(resolve, durationMs));

interface RunDetail {
  id: string;
  state: string;
  operations: { nodeId: number; state: string; output: { body?: { key?: string } } | null }[];
}

const keyOf = (run: RunDetail) => run.operations.find((operation) => operation.nodeId === 1)?.output?.body?.key;

async function readRuns(ids: readonly string[]): Promise<RunDetail[]> {
  const runs: RunDetail[] = [];
  for (let from = 0; from < ids.length; from += 20) {
    const batch = ids.slice(from, from + 20).map((id) => client.send<RunDetail>("GET", `/runs/${id}`));
    runs.push(...(await Promise.all(batch)));
  }
  return runs;
}

/** Waits until no run is queued, running or waiting any more; gives back the ids of all. */
async function recover(scenarioId: string): Promise<string[]> {
  const deadlineMs = Date.now() + RECOVERY_MS;
  for (;;) {
    const runs = await client.listRuns(scenarioId);
    const live = runs.filter((run) => ["queued", "running", "waiting"].includes(run.state));
    if (live.length === 0) return runs.map((run) => run.id);
    if (Date.now() > deadlineMs)
      throw new Error(`${live.length} runs do not come to an end: ${JSON.stringify(live[0])}`);
    await pause(1_000);
  }
}

it("keeps its promises over a hundred kills", async () => {
  const random = createRandom(20_261_120);
  const scenario = await client.publish("Crash test", definition());
  const accepted: Accepted[] = [];
  for (let round = 0; round < KILLS; round++) {
    let isOver = false;
    const posting = postMany(scenario.webhookUrl, round, () => isOver);
    await pause(300 + random.below(900));
    await deployment.kill();
    isOver = true;
    accepted.push(...(await posting));
    await deployment.start();
  }
  const runs = await readRuns(await recover(scenario.id));

  expect(accepted.length).toBeGreaterThan(KILLS * 5);
  const runOf = new Map(runs.map((run) => [run.id, run]));
  for (const { key, runId } of accepted) {
    const run = runOf.get(runId);
    expect(run, `the run of ${key} is gone`).toBeDefined();
    if (run) expect(keyOf(run)).toBe(key);
  }
  const runKeys = runs.map(keyOf);
  expect(new Set(runKeys).size, "a request has two runs").toBe(runKeys.length);

  const received = receiver.requests.map((request) => (JSON.parse(request.body) as { key: string }).key);
  expect(new Set(received).size, "a key was received twice").toBe(received.length);
  const arrived = new Set(received);
  const incomplete = runs.filter((run) => run.state === "incomplete");
  for (const run of runs) {
    const last = run.operations.at(-1);
    if (run.state === "succeeded") {
      expect(arrived.has(keyOf(run) ?? ""), `${keyOf(run)} succeeded and was never received`).toBe(true);
    } else {
      expect(run.state).toBe("incomplete");
      expect(last).toMatchObject({ state: "unknown" });
      expect([4, 6]).toContain(last?.nodeId);
    }
  }
  // Each kill met writes in flight, or the test has shown nothing about them.
  expect(incomplete.length).toBeGreaterThan(0);
  const sent = incomplete.filter((run) => arrived.has(keyOf(run) ?? "")).length;
  const counts = { kills: KILLS, accepted: accepted.length, runs: runs.length, incomplete: incomplete.length, sent };
  console.log(JSON.stringify(counts));
});
