import { measureLoad, publishShape, warmUp, withTarget } from "../lib/target.mjs";

/** Shapes A and B at 50 connections, each on a deployment of its own, so that each has its own peak of memory. */
export async function throughput({ count, connections }) {
  const results = {};
  for (const shape of ["a", "b"]) {
    results[shape] = await withTarget(async (target) => {
      const scenario = await publishShape(target.client, shape);
      await warmUp(target, scenario, Math.min(1_000, count));
      const measured = await measureLoad(target, scenario, { count, connections });
      return { ...measured, memory: await target.deployment.observe("memory") };
    });
  }
  return results;
}
