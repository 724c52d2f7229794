// Runs per second of whole scenarios, from the webhook's request to the stored end (design 02a).
//   node bench/runs.mjs [--shape a|b] [--count 20000] [--connections 50] [--rate N] [--json]
// Starts an embedded deployment of its own in a temporary folder. Prints one JSON line, last.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startTestServer, TestDeployment } from "@patchbay/testkit/node";
import { drive, percentile, sleep } from "./lib/load.mjs";
import { processUsage } from "./lib/processUsage.mjs";

const ECHO_LATENCY_MS = 1;
const WARM_UP_RUNS = 1_000;

const { values: options } = parseArgs({
  options: {
    shape: { type: "string", multiple: true, default: ["a", "b"] },
    count: { type: "string", default: "20000" },
    connections: { type: "string", default: "50" },
    rate: { type: "string" },
    json: { type: "boolean", default: false },
  },
});
const count = Number(options.count);
const connections = Number(options.connections);

const echo = await startTestServer({ latencyMs: ECHO_LATENCY_MS, keep: false });
const deployment = await TestDeployment.create({ allowOutbound: [`127.0.0.1:${echo.port}`] });
try {
  const client = await deployment.createClient();
  const results = {};
  for (const shape of options.shape) results[shape] = await measure(client, shape);
  console.log(JSON.stringify({ bench: "runs", connections, count, ...results }));
} finally {
  await deployment.remove();
  await echo.close();
}

async function measure(client, shape) {
  const definition = JSON.parse(readFileSync(join(import.meta.dirname, "scenarios", `${shape}.json`), "utf8"));
  const scenario = await client.publish(`Shape ${shape}`, definition);
  const url = scenario.webhookUrl;
  await drive({ url, count: Math.min(WARM_UP_RUNS, count), connections, makeBody });
  await allEnded(client, scenario.id);

  const before = processUsage(deployment.pid);
  const startedMs = Date.now();
  const load = await drive({
    url,
    count,
    connections,
    makeBody,
    ...(options.rate && { ratePerSecond: Number(options.rate) }),
  });
  await allEnded(client, scenario.id);
  const after = processUsage(deployment.pid);

  const ids = new Set(load.runIds);
  const runs = (await client.listRuns(scenario.id)).filter((run) => ids.has(run.id));
  const states = Object.groupBy(runs, (run) => run.state);
  const lastEndMs = Math.max(...runs.map((run) => run.endedAt ?? 0));
  const result = {
    runsPerSecond: Math.round((runs.length * 1_000) / (lastEndMs - startedMs)),
    ackMs: { p50: percentile(load.latenciesMs, 0.5), p99: percentile(load.latenciesMs, 0.99) },
    finishMs: finishLatency(runs),
    cpuMsPerRun: Math.round(((after.cpuMs - before.cpuMs) * 1_000) / count) / 1_000,
    peakMb: after.peakMb,
    states: Object.fromEntries(Object.entries(states).map(([state, list]) => [state, list.length])),
    missing: count - runs.length,
    refused: load.refused,
  };
  if (!options.json) console.error(shape, result);
  if (result.missing > 0 || runs.length !== (states.succeeded?.length ?? 0)) process.exitCode = 1;
  return result;
}

function makeBody(index) {
  return JSON.stringify({
    id: `order-${index}`,
    echoUrl: echo.url,
    amount: index % 200,
    customer: { name: "Ada Lovelace", email: "ada@example.com", address: { city: "London", country: "GB" } },
    items: [
      { sku: "LAMP-01", title: "Desk lamp", qty: 2, price: 39.9 },
      { sku: "BULB-07", title: "Warm bulb", qty: 4, price: 4.5 },
    ],
  });
}

function finishLatency(runs) {
  const latencies = runs.map((run) => (run.endedAt ?? 0) - run.startedAt);
  return { p50: percentile(latencies, 0.5), p99: percentile(latencies, 0.99) };
}

/** The newest runs end last or nearly so: once they have, the rest is asked for state by state. */
async function allEnded(client, scenarioId) {
  for (let waitMs = 20; ; waitMs = Math.min(waitMs * 1.3, 500)) {
    const live = await Promise.all(
      ["queued", "running", "waiting"].map((state) =>
        client.send("GET", `/scenarios/${scenarioId}/runs?limit=1&state=${state}`),
      ),
    );
    if (live.every((page) => page.items.length === 0)) return;
    await sleep(waitMs);
  }
}
