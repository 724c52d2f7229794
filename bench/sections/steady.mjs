import { measureLoad, publishShape, warmUp, withTarget } from "../lib/target.mjs";
import { watch } from "../lib/subscribers.mjs";

/** A steady rate with people watching: each has the list of runs and the page of one run open, over a WebSocket of their own. */
export async function steady({ rate, steadySeconds, subscribers }) {
  return await withTarget(async (target) => {
    const scenario = await publishShape(target.client, "a");
    await warmUp(target, scenario);
    const watching = await watch({ target, scenarioId: scenario.id, subscribers });
    try {
      const load = { count: rate * steadySeconds, connections: 100, ratePerSecond: rate };
      const measured = await measureLoad(target, scenario, load);
      return { rate, subscribers, ...measured, updatesPushed: await watching.updates() };
    } finally {
      await watching.end();
    }
  });
}
