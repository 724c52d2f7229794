// People with pages open, in a thread of their own: what they parse must not slow the load generator's clock.
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { ConvexClient, ConvexHttpClient } from "convex/browser";
import { makeFunctionReference } from "convex/server";

const proveCredentials = makeFunctionReference("auth/actions:proveCredentials");
const signIn = makeFunctionReference("auth:signIn");
const listRuns = makeFunctionReference("runs/queries:listRuns");
const getRun = makeFunctionReference("runs/queries:getRun");

/** Opens `subscribers` sessions on the scenario's runs; resolves once all have seen them. */
export async function watch({ target, scenarioId, subscribers }) {
  const { deployment, client, email, password } = target;
  const { organization } = await client.send("GET", "/me");
  const { items } = await client.send("GET", `/scenarios/${scenarioId}/runs?limit=1`);
  const args = { organizationId: organization.id, scenarioId, runId: items[0].id };
  const worker = new Worker(new URL(import.meta.url), {
    workerData: { cloudUrl: deployment.cloudUrl, email, password, subscribers, args },
  });
  const next = (kind) =>
    new Promise((resolve, reject) => {
      const hear = (message) => {
        if (message.kind !== kind) return;
        worker.off("message", hear);
        resolve(message);
      };
      worker.on("message", hear);
      worker.once("error", reject);
    });
  await next("ready");
  return {
    updates: async () => {
      const counted = next("updates");
      worker.postMessage("count");
      return (await counted).count;
    },
    end: () => worker.terminate(),
  };
}

async function subscribe({ cloudUrl, email, password, subscribers, args }) {
  const http = new ConvexHttpClient(cloudUrl);
  const { ticket } = await http.action(proveCredentials, { flow: "signIn", email, password });
  const { tokens } = await http.action(signIn, { provider: "password", params: { ticket } });
  const { runId, ...list } = args;
  let updates = 0;
  const opened = Array.from({ length: subscribers }, async () => {
    const client = new ConvexClient(cloudUrl);
    client.setAuth(async () => tokens.token);
    const seen = (query, queryArgs) =>
      new Promise((resolve, reject) => {
        client.onUpdate(
          query,
          queryArgs,
          () => {
            updates += 1;
            resolve();
          },
          reject,
        );
      });
    await seen(listRuns, { ...list, paginationOpts: { numItems: 25, cursor: null } });
    await seen(getRun, { organizationId: list.organizationId, runId });
  });
  await Promise.all(opened);
  updates = 0;
  parentPort.on("message", () => parentPort.postMessage({ kind: "updates", count: updates }));
  parentPort.postMessage({ kind: "ready" });
}

if (!isMainThread && workerData?.args) await subscribe(workerData);
