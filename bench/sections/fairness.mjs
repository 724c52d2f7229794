import { drive, percentile, sleep } from "../lib/load.mjs";
import { allEnded, bodiesFor, finishLatency, publishShape, runsOf, warmUp, withTarget } from "../lib/target.mjs";

const PROBES = 60;
const PROBE_EVERY_MS = 100;

/**
 * Promise 6: another organization's single runs of shape A, alone and beside an organization that floods the queue: with as many runs
 * as it can, and with runs that each take a second. From the event being sent to the run's end, in milliseconds.
 */
export async function fairness({ floodCount }) {
  return await withTarget(async (target) => {
    const { client: other } = await target.deployment.createAccount();
    const [mine, theirs] = [await publishShape(target.client, "a"), await publishShape(other, "a")];
    await warmUp(target, mine);
    await warmUp({ ...target, client: other }, theirs);
    const probe = () => probeRuns(other, theirs, target.makeBody);
    const alone = await probe();
    const flooded = await during(target, { scenario: mine, count: floodCount, echoUrl: target.echo.url }, probe);
    const slow = { scenario: mine, count: Math.round(floodCount / 10), echoUrl: target.slow.url };
    const besideSlow = await during(target, slow, probe);
    return { alone, flooded, besideSlow };
  });
}

async function during({ client }, { scenario, count, echoUrl }, probe) {
  const flood = drive({ url: scenario.webhookUrl, count, connections: 100, makeBody: bodiesFor(echoUrl) });
  await sleep(500);
  const measured = await probe();
  const { refused, latenciesMs, runIds } = await flood;
  await allEnded(client, scenario.id);
  const own = await runsOf(client, scenario.id, runIds);
  const ackMs = { p50: percentile(latenciesMs, 0.5), p99: percentile(latenciesMs, 0.99) };
  return { ...measured, flood: { refused, ackMs, finishMs: finishLatency(own) } };
}

async function probeRuns(client, scenario, makeBody) {
  const sent = new Map();
  const acknowledged = [];
  let refused = 0;
  for (let probe = 0; probe < PROBES; probe++) {
    const sentMs = Date.now();
    const one = await drive({ url: scenario.webhookUrl, count: 1, connections: 1, makeBody });
    refused += one.refused;
    acknowledged.push(one.latenciesMs[0]);
    sent.set(one.runIds[0], sentMs);
    await sleep(PROBE_EVERY_MS);
  }
  await allEnded(client, scenario.id);
  const runs = await runsOf(client, scenario.id, sent.keys());
  const latencies = runs.map((run) => run.endedAt - sent.get(run.id));
  return {
    p50Ms: percentile(latencies, 0.5),
    p99Ms: percentile(latencies, 0.99),
    ackMs: { p50: percentile(acknowledged, 0.5), p99: percentile(acknowledged, 0.99) },
    finishMs: finishLatency(runs),
    refused,
  };
}
