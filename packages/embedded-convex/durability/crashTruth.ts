/** What is stored after the crashes, compared with what the callers know. */
import { setTimeout as sleep } from "node:timers/promises";
import { ConvexHttpClient } from "convex/browser";
import { makeFunctionReference } from "convex/server";
import type { FunctionReference, PaginationOptions, PaginationResult } from "convex/server";
import type { Ledger } from "./crashClients.ts";
import { count, jobs, page } from "./crashFunctions.ts";

interface RecordRow {
  token: string;
  client: string;
  sequence: number;
  _creationTime: number;
}

interface ActedRow {
  token: string;
  step: "started" | "ended";
}

interface JobRow {
  name: string;
  token: string;
  state: string;
}

/** All that is stored. */
export interface Truth {
  /** In the order in which they were applied. */
  records: RecordRow[];
  total: number;
  confirmed: string[];
  acted: ActedRow[];
  /** Rows that the cron had left before and after its runs were read: it goes on meanwhile. */
  ticks: { before: number; after: number };
  jobs: JobRow[];
  /** Runs of the cron that have succeeded; functions do not see them, administrators do. */
  cronRuns: number;
}

const PAGE_SIZE = 2000;
const SETTLE_TIMEOUT_MS = 60_000;
const SETTLE_INTERVAL_MS = 100;

/** Reads everything, once no job is waiting or running. @throws if that does not come to pass. */
export async function readTruth({ url, adminKey }: { url: string; adminKey: string }): Promise<Truth> {
  const http = new ConvexHttpClient(url, { logger: false });
  await settle(http);
  const table = async <Row>(name: string): Promise<Row[]> =>
    (await all(http, page, { table: name })) as unknown as Row[];
  const records = await table<RecordRow>("records");
  const before = (await table("ticks")).length;
  const cronRuns = await successfulCronRuns(url, adminKey);
  return {
    records: records.toSorted((one, other) => one.sequence - other.sequence),
    total: await http.query(count, { client: "" }),
    confirmed: (await table<{ token: string }>("confirmed")).map(({ token }) => token),
    acted: await table<ActedRow>("acted"),
    ticks: { before, after: (await table("ticks")).length },
    jobs: await all<JobRow>(http, jobs, {}),
    cronRuns,
  };
}

/** What is wrong, in sentences; empty when every promise was kept. */
export function violationsOf(truth: Truth, ledger: Ledger): string[] {
  return [...ledger.violations, ...checkRecords(truth, ledger), ...checkJobs(truth, ledger)];
}

function checkRecords({ records, total }: Truth, ledger: Ledger): string[] {
  const stored = new Set(records.map(({ token }) => token));
  const found: string[] = [];
  for (const token of repeated(records.map((row) => row.token))) found.push(`${token} was applied twice`);
  for (const token of ledger.acknowledged) if (!stored.has(token)) found.push(`${token} was acknowledged and is lost`);
  for (const token of ledger.certain) if (!stored.has(token)) found.push(`${token} was resent and is lost`);
  for (const token of stored) if (!ledger.sent.has(token)) found.push(`${token} was never sent`);
  if (total !== records.length) found.push(`the counter says ${total}, there are ${records.length} rows`);
  records.forEach(({ sequence, _creationTime }, index) => {
    if (sequence !== index + 1) found.push(`row ${index + 1} has sequence ${sequence}`);
    if (index > 0 && _creationTime <= records[index - 1]!._creationTime)
      found.push(`_creationTime does not increase at sequence ${sequence}`);
  });
  return found;
}

function checkJobs({ records, confirmed, acted, ticks, cronRuns, jobs: all }: Truth, ledger: Ledger): string[] {
  const found: string[] = [];
  const confirmations = new Set(confirmed);
  const started = new Set(acted.filter(({ step }) => step === "started").map(({ token }) => token));
  const ended = new Set(acted.filter(({ step }) => step === "ended").map(({ token }) => token));
  const states = new Map(all.map(({ name, token, state }) => [`${name} ${token}`, state]));
  for (const token of repeated(confirmed)) found.push(`the mutation scheduled by ${token} ran twice`);
  for (const key of repeated(acted.map(({ token, step }) => `${token} ${step}`)))
    found.push(`the action scheduled by ${key.replace(" ", " has twice ")}`);
  for (const { token } of records) {
    const then = ledger.then.get(token);
    if (then === "mutation") {
      if (!confirmations.has(token)) found.push(`the mutation scheduled by ${token} never ran`);
      const state = states.get(`crash.js:confirm ${token}`);
      if (state !== "success") found.push(`the mutation scheduled by ${token} is ${state}`);
    } else if (then === "action") {
      const state = states.get(`crash.js:act ${token}`);
      const isWhole = started.has(token) && ended.has(token);
      if (state === "success" ? !isWhole : state !== "failed")
        found.push(`the action scheduled by ${token} is ${state}, whole: ${isWhole}`);
    }
  }
  if (cronRuns < ticks.before || cronRuns > ticks.after || ticks.before === 0)
    found.push(`${cronRuns} runs of the cron succeeded, ${ticks.before} to ${ticks.after} left a row`);
  return found;
}

async function settle(http: ConvexHttpClient): Promise<void> {
  const deadline = Date.now() + SETTLE_TIMEOUT_MS;
  for (;;) {
    const unfinished = (await all<JobRow>(http, jobs, {})).filter(
      ({ state }) => state === "pending" || state === "inProgress",
    );
    if (unfinished.length === 0) return;
    if (Date.now() > deadline) throw new Error(`${unfinished.length} jobs never ended`);
    await sleep(SETTLE_INTERVAL_MS);
  }
}

async function all<Row>(
  http: ConvexHttpClient,
  query: FunctionReference<"query">,
  args: Record<string, unknown>,
): Promise<Row[]> {
  const rows: Row[] = [];
  let cursor: string | null = null;
  for (;;) {
    const paginationOpts: PaginationOptions = { cursor, numItems: PAGE_SIZE };
    const result = (await http.query(query, { ...args, paginationOpts })) as PaginationResult<Row>;
    for (const row of result.page) rows.push(row);
    if (result.isDone) return rows;
    cursor = result.continueCursor;
  }
}

async function successfulCronRuns(url: string, adminKey: string): Promise<number> {
  const http = new ConvexHttpClient(url, { logger: false });
  // Not in the client's types, but what the CLI and the dashboard use.
  (http as unknown as { setAdminAuth(key: string): void }).setAdminAuth(adminKey);
  const tableData = makeFunctionReference<"query">("_system/cli/tableData");
  const runs = await all<{ state: { kind: string } }>(http, tableData, { table: "_cron_runs" });
  return runs.filter(({ state }) => state.kind === "success").length;
}

function repeated(things: readonly string[]): Set<string> {
  const seen = new Set<string>();
  return new Set(things.filter((thing) => seen.has(thing) || !seen.add(thing)));
}
