import { drive, percentile } from "../lib/load.mjs";
import { allEnded, publishShape, warmUp, withTarget } from "../lib/target.mjs";

/** One event at a time: how soon it is answered, and what a run costs that shares nothing with others. */
export async function lone({ loneCount }) {
  return await withTarget(async (target) => {
    const results = {};
    for (const shape of ["a", "b"]) {
      const scenario = await publishShape(target.client, shape);
      await warmUp(target, scenario, Math.min(500, loneCount));
      const { latenciesMs } = await drive({
        url: scenario.webhookUrl,
        count: loneCount,
        connections: 1,
        makeBody: target.makeBody,
      });
      await allEnded(target.client, scenario.id);
      const ackMs = { p50: percentile(latenciesMs, 0.5), p99: percentile(latenciesMs, 0.99) };
      results[shape] = { ackMs, ...(await costOfOne(target, scenario)) };
    }
    return results;
  });
}

/** Runs one after the other, a pause between them; what a deployment at rest does by itself is taken off. */
async function costOfOne({ deployment, makeBody }, scenario) {
  const RUNS = 20;
  const PAUSE_MS = 300;
  const pause = () => new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  const observe = async () => {
    const { functions, actions, commits } = await deployment.observe("work");
    return { calls: functions + actions, commits };
  };
  await pause();
  const first = await observe();
  for (let run = 0; run < RUNS; run++) await pause();
  const rested = await observe();
  for (let run = 0; run < RUNS; run++) {
    await drive({ url: scenario.webhookUrl, count: 1, connections: 1, makeBody });
    await pause();
  }
  const last = await observe();
  const each = (key) => Math.round(((last[key] - rested[key] - (rested[key] - first[key])) / RUNS) * 100) / 100;
  return { callsPerRun: each("calls"), commitsPerRun: each("commits") };
}
