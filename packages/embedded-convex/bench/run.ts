/**
 * Measures a deployment started by the command, with the load generator on the same machine, and prints one JSON object:
 * `node bench/run.ts [seconds per load]`.
 */
import { cpus } from "node:os";
import { ConvexHttpClient } from "convex/browser";
import { anyApi } from "convex/server";
import { createDataFolder, deploySample, launch } from "../test/support/launch.ts";
import { httpClients, type LoadResult, measure, SyncClient } from "./load.ts";

const durationMs = Number(process.argv[2] ?? 5) * 1000;
const CLIENTS = 50;
const results: Record<string, LoadResult | Record<string, number>> = {};

const folder = createDataFolder();
const target = await launch(folder);
try {
  await deploySample(target);
  const http = new ConvexHttpClient(target.cloudUrl, { logger: false });
  const channel = (await http.mutation(anyApi.messages!.createChannel!, { name: "bench" })) as string;
  const message = { channel, author: "bench", body: "x".repeat(100) };

  results.warmUp = await hook(Math.min(2000, durationMs));
  results.httpActionWithMutation = await hook(durationMs);
  results.httpMutation = await overHttp("mutation", "messages:send", message);
  results.httpQuery = await overHttp("query", "messages:list", { channel, limit: 10 });
  results.socketMutation = await overSocket(0);
  results.socketMutationOneClient = await overSocket(0, 1);
  results.socketMutationWatched = await overSocket(CLIENTS);
  results.socketMutationBesideUnrelated = await besideUnrelated(500);

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
