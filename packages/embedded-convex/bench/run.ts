/**
 * Measures a deployment started by the command, with the load generator on the same machine, and prints one JSON object:
 * `node bench/run.ts [seconds per load]`.
 */
import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import { ConvexHttpClient } from "convex/browser";
import { anyApi } from "convex/server";
import { createDataFolder, deploySample, launch } from "../test/support/launch.ts";
import { httpClients, type LoadResult, measure, SyncClient } from "./load.ts";

const durationMs = Number(process.argv[2] ?? 5) * 1000;
const CLIENTS = 50;
const results: Record<string, LoadResult & { serverCpuMicrosPerCall: number | null }> = {};

const folder = createDataFolder();
const target = await launch(folder);

/** CPU time of the deployment so far in ms; null where there is no /proc. It tells more than calls per second on a busy machine. */
function serverCpuMs(): number | null {
  try {
    const fields = readFileSync(`/proc/${target.process.pid}/stat`, "utf8").split(") ")[1]!.split(" ");
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return null;
  }
}

async function record<Result extends LoadResult>(name: string, load: () => Promise<Result>): Promise<void> {
  const before = serverCpuMs();
  const result = await load();
  const after = serverCpuMs();
  const cpu = before === null || after === null ? null : Math.round(((after - before) / result.completed) * 1000);
  results[name] = { ...result, serverCpuMicrosPerCall: cpu };
}

try {
  await deploySample(target);
  const http = new ConvexHttpClient(target.cloudUrl, { logger: false });
  const channel = (await http.mutation(anyApi.messages!.createChannel!, { name: "bench" })) as string;
  const message = { channel, author: "bench", body: "x".repeat(100) };

  await record("warmUp", () => hook(Math.min(2000, durationMs)));
  await record("httpActionWithMutation", () => hook(durationMs));
  await record("httpMutation", () => overHttp("mutation", "messages:send", message));
  await record("httpQuery", () => overHttp("query", "messages:list", { channel, limit: 10 }));
  await record("socketMutation", () => overSocket(0));
  await record("socketMutationOneClient", () => overSocket(0, 1));
  await record("socketMutationWatched", () => overSocket(CLIENTS));
  await record("socketMutationBesideUnrelated", () => besideUnrelated(500));

  async function hook(forMs: number): Promise<LoadResult> {
    const { requests, close } = httpClients(
      CLIENTS,
      target.siteUrl,
      "/hook",
      JSON.stringify({ channel, body: message.body }),
    );
    const result = await measure(requests, forMs);
    await close();
    return result;
  }

  async function overHttp(kind: string, path: string, args: unknown): Promise<LoadResult> {
    const { requests, close } = httpClients(
      CLIENTS,
      target.cloudUrl,
      `/api/${kind}`,
      JSON.stringify({ path, args: [args], format: "convex_encoded_json" }),
    );
    const result = await measure(requests, durationMs);
    await close();
    return result;
  }

  /** `watchers`: further clients that watch the newest rows of the channel that is written to. */
  async function overSocket(watchers: number, clients = CLIENTS): Promise<LoadResult & { pushes: number }> {
    const writers = await Promise.all(Array.from({ length: clients }, () => SyncClient.connect(target.cloudUrl)));
    const readers = await Promise.all(Array.from({ length: watchers }, () => SyncClient.connect(target.cloudUrl)));
    for (const reader of readers) reader.subscribe("messages:list", { channel, limit: 20 });
    const result = await measure(
      writers.map((writer) => () => writer.mutation("messages:send", message)),
      durationMs,
    );
    const pushes = readers.reduce((sum, reader) => sum + reader.transitions, 0);
    for (const client of [...writers, ...readers]) client.close();
    return { ...result, pushes };
  }

  /** Live queries that nobody writes to must cost nothing. */
  async function besideUnrelated(count: number): Promise<LoadResult & { pushes: number }> {
    const reader = await SyncClient.connect(target.cloudUrl);
    for (let index = 0; index < count; index++) {
      const other = (await http.mutation(anyApi.messages!.createChannel!, { name: `other ${index}` })) as string;
      reader.subscribe("messages:list", { channel: other, limit: 20 });
    }
    const result = await overSocket(0);
    reader.close();
    return result;
  }
} finally {
  await target.kill("SIGTERM");
  folder.dispose();
}
console.log(JSON.stringify({ node: process.version, cpus: cpus().length, results }, null, 2));
