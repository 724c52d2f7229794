// A deployment of its own with scenarios in it, and what the sections ask of it.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { startTestServer, TestDeployment } from "@patchbay/testkit/node";
import { drive, percentile, sleep } from "./load.mjs";
import { processUsage } from "./processUsage.mjs";

const ECHO_LATENCY_MS = 1;
const WARM_UP_RUNS = 1_000;

/** Runs `body` with a fresh deployment and a server for its scenarios to call; both are gone afterwards. */
export async function withTarget(body, options = {}) {
  const echo = await startTestServer({ latencyMs: ECHO_LATENCY_MS, keep: false, ...options.echo });
  const slow = await startTestServer({ latencyMs: 1_000, keep: false });
  const allowOutbound = [`127.0.0.1:${echo.port}`, `127.0.0.1:${slow.port}`];
  const deployment = await TestDeployment.create({ allowOutbound });
  try {
    const account = await deployment.createAccount();
    return await body({ deployment, echo, slow, ...account, makeBody: bodiesFor(echo.url) });
  } finally {
    await deployment.remove();
    await echo.close();
    await slow.close();
  }
}

/** Makes the body of the n-th event; shape A posts to `echoUrl`. */
export const bodiesFor = (echoUrl) => (index) =>
  JSON.stringify({
    id: `order-${index}`,
    echoUrl,
    amount: index % 200,
    customer: { name: "Ada Lovelace", email: "ada@example.com", address: { city: "London", country: "GB" } },
    items: [
      { sku: "LAMP-01", title: "Desk lamp", qty: 2, price: 39.9 },
      { sku: "BULB-07", title: "Warm bulb", qty: 4, price: 4.5 },
    ],
  });

/** Publishes `bench/scenarios/<shape>.json`, with other bodies for its requests where `requestBody` is given. */
export async function publishShape(client, shape, requestBody) {
  const file = join(import.meta.dirname, "../scenarios", `${shape}.json`);
  const definition = JSON.parse(readFileSync(file, "utf8"));
  const requests = definition.nodes.filter((node) => node.type === "http.request");
  if (requestBody !== undefined) for (const node of requests) node.config.body = requestBody;
  return await client.publish(`Shape ${shape}`, definition);
}

/** Compiled and warm, as a deployment is that has been up for a while. */
export async function warmUp({ client, makeBody }, scenario, count = WARM_UP_RUNS) {
  await drive({ url: scenario.webhookUrl, count, connections: 50, makeBody });
  await allEnded(client, scenario.id);
}

/**
 * Drives a scenario and waits until all has ended. Figures are per run that ended: `cpuMs` of the deployment's process, `calls` are
 * its queries, mutations, actions and HTTP actions, `commits` its writes to the disk.
 */
export async function measureLoad({ deployment, client, makeBody }, scenario, load) {
  const [before, workBefore] = [processUsage(deployment.pid), await deployment.observe("work")];
  const startedMs = Date.now();
  const driven = await drive({ url: scenario.webhookUrl, makeBody, ...load });
  await allEnded(client, scenario.id);
  const [after, workAfter] = [processUsage(deployment.pid), await deployment.observe("work")];
  const runs = await runsOf(client, scenario.id, driven.runIds);
  const count = runs.length;
  const lastEndMs = Math.max(...runs.map((run) => run.endedAt ?? 0));
  const perRun = (amount) => Math.round((amount * 1_000) / Math.max(1, count)) / 1_000;
  const calls = (work) => work.functions + work.actions;
  return {
    runsPerSecond: Math.round((count * 1_000) / (lastEndMs - startedMs)),
    ackMs: { p50: percentile(driven.latenciesMs, 0.5), p99: percentile(driven.latenciesMs, 0.99) },
    finishMs: finishLatency(runs),
    cpuMsPerRun: perRun(after.cpuMs - before.cpuMs),
    callsPerRun: perRun(calls(workAfter) - calls(workBefore)),
    commitsPerRun: perRun(workAfter.commits - workBefore.commits),
    peakMb: after.peakMb,
    succeeded: runs.filter((run) => run.state === "succeeded").length,
    missing: driven.runIds.length - count,
    refused: driven.refused,
  };
}

/** The scenario's runs of these ids. */
export async function runsOf(client, scenarioId, runIds) {
  const ids = new Set(runIds);
  return (await client.listRuns(scenarioId)).filter((run) => ids.has(run.id));
}

export function finishLatency(runs) {
  const latencies = runs.map((run) => (run.endedAt ?? 0) - run.startedAt);
  return { p50: percentile(latencies, 0.5), p99: percentile(latencies, 0.99) };
}

/** Waits until none of the scenario's runs is live. */
export async function allEnded(client, scenarioId) {
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
