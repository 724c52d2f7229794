import { randomBytes } from "node:crypto";
import { createApiKey, createUser } from "../admin/command.ts";
import { allowOutbound, revokeOutbound, type Stack } from "../stack.ts";
import { Api, type Scenario } from "./api.ts";
import { walkLifecycle } from "./lifecycle.ts";
import { lineIds, loadOrders, loadScenario, type Order } from "./orders.ts";
import { mapConcurrently } from "./pool.ts";
import { Receiver } from "./receiver.ts";
import { formatOperations, formatRuns, type FinishedRun } from "./report.ts";
import { RunWatcher } from "./runs.ts";
import { WebhookPoster } from "./webhook.ts";

export interface DemoOptions {
  count: number;
  verbose: boolean;
  /** Where progress goes, a line at a time. */
  say: (line: string) => void;
  signal: AbortSignal;
  /** How long to wait for one run to end; 60 s by default. */
  runTimeoutMs?: number;
}

export interface DemoReport {
  /** `duplicates`: requests that the demo's own server got more than once. */
  summary: { posted: number; succeeded: number; failed: number; duplicates: number };
  /** What is not as it should be, in words; empty when all is well. */
  problems: string[];
}

const CONCURRENCY = 20;
const ALLOWANCE_MS = 15 * 60_000;
/** Runs whose operations are shown one by one unless `verbose` asks for all. */
const SHOWN_RUNS = 3;
const SHOWN_ROWS = 200;

/** What the steps of the demo work with. */
export interface DemoContext extends DemoOptions {
  api: Api;
  receiver: Receiver;
  scenario: Scenario;
  poster: WebhookPoster;
  watcher: RunWatcher;
  tag: string;
}

/**
 * The whole way by the public HTTP API: account, scenario, publication, webhooks, runs, then change, rollback, cancel, retry
 * and replay. Its server and its allowance are gone afterwards, whatever happened.
 * @throws CommandError where a step cannot be carried out at all
 */
export async function runDemo(stack: Stack, options: DemoOptions): Promise<DemoReport> {
  const receiver = new Receiver();
  await receiver.start();
  const allowance = [receiver.address];
  try {
    await allowOutbound(stack, allowance, ALLOWANCE_MS);
    return await walk(await setUp(stack, receiver, options));
  } finally {
    await receiver.stop();
    // What went wrong before is worth more than this; the allowance ends by itself.
    await revokeOutbound(stack, allowance).catch((error: unknown) => options.say(`✗ ${String(error)}`));
  }
}

async function setUp(stack: Stack, receiver: Receiver, options: DemoOptions): Promise<DemoContext> {
  const { say, signal, runTimeoutMs = 60_000 } = options;
  const tag = randomBytes(4).toString("hex");
  const email = `demo-${tag}@example.com`;
  const password = randomBytes(12).toString("base64url");
  await createUser(stack, { email, password, name: `Demo ${tag}` });
  const { key } = await createApiKey(stack, { email, name: "patchbay demo" });
  say(`✓ Created an account: sign in at ${stack.webUrl} as ${email} with ${password}`);

  const api = new Api({ siteUrl: stack.siteUrl, key, signal });
  const scenario = await api.createScenario("Orders to the warehouse", await loadScenario(receiver.address));
  const { number } = await api.publish(scenario.id, "First version");
  say(`✓ Created "${scenario.name}" and published version ${number}: ${scenario.webhookUrl}`);

  // The public address may lead through a proxy that this machine cannot use; the site itself is near.
  const url = new URL(new URL(scenario.webhookUrl).pathname, stack.siteUrl);
  const poster = new WebhookPoster({ url, signal });
  return { ...options, api, receiver, scenario, poster, watcher: new RunWatcher({ api, signal, runTimeoutMs }), tag };
}

async function walk(context: DemoContext): Promise<DemoReport> {
  const { receiver } = context;
  const orders = await loadOrders(context.count, context.tag);
  const runs = await postAndWait(context, orders);
  const problems = runs.flatMap(checkRun);
  const expected = new Set(orders.flatMap(lineIds));
  const missing = [...expected].filter((id) => !receiver.has(id));
  if (missing.length > 0) problems.push(`${missing.length} lines never reached the demo's server, ${missing[0]} first`);
  showRuns(context, runs);

  const lifecycle = await walkLifecycle(context, runs);
  problems.push(...lifecycle.problems);
  const { distinct, duplicates } = receiver.counts;
  if (duplicates > 0) problems.push(`the demo's server got ${duplicates} requests more than once`);
  const wanted = expected.size + lifecycle.linesSent;
  if (missing.length === 0 && distinct !== wanted) {
    problems.push(`the demo's server got ${distinct} different lines instead of ${wanted}`);
  }
  const succeeded = runs.filter(({ run }) => run.state === "succeeded").length;
  return { summary: { posted: runs.length, succeeded, failed: runs.length - succeeded, duplicates }, problems };
}

async function postAndWait(context: DemoContext, orders: readonly Order[]): Promise<FinishedRun[]> {
  const { poster, watcher, say } = context;
  const startedAt = performance.now();
  const seconds = () => ((performance.now() - startedAt) / 1_000).toFixed(1);
  const posted = await mapConcurrently(orders, CONCURRENCY, async (order) => ({
    order,
    runId: await poster.post(order, { idempotencyKey: order.id }),
  }));
  say(`✓ Posted ${posted.length} webhooks in ${seconds()} s, ${CONCURRENCY} at a time`);
  const runs = await mapConcurrently(posted, CONCURRENCY, async ({ order, runId }) => ({
    order,
    run: await watcher.waitForEnd(runId),
  }));
  say(`✓ Their runs ended after ${seconds()} s`);
  return runs;
}

/** Does a run of version 1 show what its order asked for? */
function checkRun({ order, run }: FinishedRun): string[] {
  const about = `run ${run.id} (${order.id})`;
  if (run.state !== "succeeded") {
    const error = run.operations.find((operation) => operation.error)?.error;
    return [`${about} is ${run.state}${error ? `: ${error.message}` : ""}`];
  }
  const problems: string[] = [];
  if (run.source.kind !== "version" || run.source.number !== 1) problems.push(`${about} is not pinned to version 1`);
  const count = (nodeId: number) => run.operations.filter((operation) => operation.nodeId === nodeId).length;
  const lines = order.items.length;
  if (count(5) !== lines) problems.push(`${about} sent ${count(5)} lines instead of ${lines}`);
  const notes = order.express ? 1 : 0;
  if (count(6) !== notes) problems.push(`${about} took the express route ${count(6)} times instead of ${notes}`);
  return problems;
}

function showRuns({ say, verbose }: DemoContext, runs: readonly FinishedRun[]): void {
  const rows = verbose ? runs : runs.slice(0, SHOWN_ROWS);
  say(`\n${formatRuns(rows)}`);
  if (rows.length < runs.length) say(`... and ${runs.length - rows.length} more (--verbose prints all)`);
  const detailed = verbose ? runs : runs.slice(0, SHOWN_RUNS);
  for (const { order, run } of detailed) say(`\nRun ${run.id}, ${order.id}\n${formatOperations(run)}`);
  say("");
}
