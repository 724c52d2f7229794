import { drive, driveOpenly, percentile } from "../lib/load.mjs";
import { allEnded, publishShape, runsOf, warmUp, withTarget } from "../lib/target.mjs";

/**
 * Twice as many events as shape A's measured capacity, sent when they are due whether the earlier ones were answered or not. What was
 * acknowledged must end exactly once, and call the service exactly once; what cannot be taken must be told so: 429 with Retry-After.
 */
export async function overload({ overloadSeconds, capacityCount }) {
  const calls = new Map();
  const note = (request) => {
    const { id } = JSON.parse(request.body);
    calls.set(id, (calls.get(id) ?? 0) + 1);
    return {};
  };
  return await withTarget(
    async (target) => {
      const { client, makeBody } = target;
      const scenario = await publishShape(client, "a", '{ "id": "{{2.id}}" }');
      await warmUp(target, scenario);
      const url = scenario.webhookUrl;
      const began = performance.now();
      await drive({ url, count: capacityCount, connections: 50, makeBody });
      await allEnded(client, scenario.id);
      const capacity = Math.round((capacityCount * 1_000) / (performance.now() - began));
      calls.clear();
      const rate = 2 * capacity;
      const load = { url, makeBody, ratePerSecond: rate, durationMs: overloadSeconds * 1_000 };
      const { answers, sent } = await driveOpenly(load);
      await allEnded(client, scenario.id);
      return { capacity, rate, ...(await judge(client, scenario, { answers, sent, calls })) };
    },
    { echo: { respond: note } },
  );
}

async function judge(client, scenario, { answers, sent, calls }) {
  const accepted = answers.filter((answer) => answer.status === 202);
  const refused = answers.filter((answer) => answer.status === 429);
  const ended = await runsOf(
    client,
    scenario.id,
    accepted.map((answer) => answer.runId),
  );
  const latencies = accepted.map((answer) => answer.latencyMs);
  const counts = accepted.map((answer) => calls.get(`order-${answer.index}`) ?? 0);
  return {
    sent,
    accepted: accepted.length,
    refused: refused.length,
    refusedWithoutRetryAfter: refused.filter((answer) => !answer.retryAfter).length,
    otherAnswers: answers.length - accepted.length - refused.length,
    finished: ended.filter((run) => run.state === "succeeded").length,
    lost: accepted.length - ended.length,
    calledTwice: counts.filter((count) => count > 1).length,
    neverCalled: counts.filter((count) => count === 0).length,
    ackMs: { p50: percentile(latencies, 0.5), p99: percentile(latencies, 0.99) },
  };
}
