import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { VectorReader } from "../../src/search/vectorReader.ts";
import { databaseFile, openDatabase } from "../../src/store/format.ts";
import { SqliteReader } from "../../src/store/sqlite.ts";
import { httpClients } from "../lib/load.ts";
import { bundleApp } from "../lib/push.ts";
import { figureOf } from "../lib/stats.ts";
import { measureLoad, type Settings, Target } from "../lib/target.ts";
import { summaryOf } from "./throughput.ts";

const CLIENTS = 4;
const TEXTS_PER_INSERT = 10;
const PORTION = 500;
const LARGE_FACTOR = 10;
const DIMENSIONS = 1536;
/** Documents with vectors are large: more of them are only measured without their documents. */
const MOST_VECTOR_DOCUMENTS = 10_000;

/** What texts and vectors cost to write and to find, in a table of 10 thousand and in one of 100 thousand documents. */
export async function search(settings: Settings): Promise<object> {
  const counts = [settings.smallCount, settings.smallCount * LARGE_FACTOR];
  const bySize: Record<string, object> = {};
  for (const count of counts) bySize[count] = await atSize(count, settings);
  return { clients: CLIENTS, bySize, vectorIndex: vectorIndex(counts[1]!, settings.repeats) };
}

async function atSize(count: number, settings: Settings): Promise<object> {
  const target = await Target.create(await bundleApp("schemaWithSearch", ["search"]));
  try {
    await fill(target, count);
    const call = (kind: string, name: string, args: object) => () =>
      measureCalls(target, settings, kind, `search:${name}`, args);
    const loads: Record<string, () => Promise<object>> = {
      insertWithoutIndex: call("mutation", "addTexts", { table: "plain", count: TEXTS_PER_INSERT }),
      insertWithIndex: call("mutation", "addTexts", { table: "texts", count: TEXTS_PER_INSERT }),
      rareWord: call("query", "find", { text: "word15000 " }),
      twoWordsAndPrefix: call("query", "find", { text: "word300 word12" }),
      commonWord: call("query", "find", { text: "word0 " }),
      commonWordInGroup: call("query", "find", { text: "word0 ", group: 7 }),
      vector: call("action", "similar", {}),
      vectorInGroup: call("action", "similar", { group: 7 }),
    };
    const results: Record<string, object> = { textsPerInsert: { texts: TEXTS_PER_INSERT } };
    for (const [name, load] of Object.entries(loads)) results[name] = await load();
    return results;
  } finally {
    await target.remove();
  }
}

async function fill(target: Target, count: number): Promise<void> {
  for (const [name, args, wanted] of [
    ["addTexts", { table: "texts" }, count],
    ["addTexts", { table: "plain" }, count],
    ["addVectors", {}, Math.min(count, MOST_VECTOR_DOCUMENTS)],
  ] as const) {
    for (let done = 0; done < wanted; done += PORTION) {
      const body = JSON.stringify({ path: `search:${name}`, args: [{ ...args, count: PORTION }], format: "json" });
      const headers = { "content-type": "application/json" };
      const response = await fetch(`${target.launched.cloudUrl}/api/mutation`, { method: "POST", headers, body });
      if (!response.ok) throw new Error(await response.text());
    }
  }
}

async function measureCalls(
  target: Target,
  settings: Settings,
  kind: string,
  udf: string,
  args: object,
): Promise<object> {
  const loads = [];
  for (let repeat = -1; repeat < settings.repeats; repeat++) {
    const body = JSON.stringify({ path: udf, args: [args], format: "json" });
    const clients = httpClients(CLIENTS, target.launched.cloudUrl, `/api/${kind}`, () => body);
    const load = await measureLoad(target, clients.requests, settings.durationMs);
    await clients.close();
    if (repeat >= 0) loads.push(load);
  }
  return summaryOf(loads);
}

/** The vector index alone, at the length of large embeddings: the documents would be 30 KB of JSON each. */
function vectorIndex(count: number, repeats: number): object {
  const folder = mkdtempSync(path.join(tmpdir(), "embedded-convex-vectors-"));
  try {
    writeVectors(folder, count);
    const bytesBefore = process.memoryUsage().arrayBuffers;
    const database = new SqliteReader(databaseFile(folder));
    const reader = new VectorReader({ database, now: Date.now, memoryLimit: Infinity, idleMs: Infinity });
    const shape = { index: 1, dimensions: DIMENSIONS, filterFields: 0, limit: 10, filters: null };
    /** CPU time: on a busy machine it tells more than wall time. */
    const searchMs = (): number => {
      const before = process.cpuUsage();
      reader.search({ ...shape, vector: randomVector() });
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 1000;
    };
    const loadAndFirstSearchCpuMs = Math.round(searchMs());
    const searchCpuMs = figureOf(Array.from({ length: repeats * 3 }, searchMs));
    const memoryMb = Math.round((process.memoryUsage().arrayBuffers - bytesBefore) / 2 ** 20);
    database.close();
    return { vectors: count, dimensions: DIMENSIONS, loadAndFirstSearchCpuMs, searchCpuMs, memoryMb };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function writeVectors(folder: string, count: number): void {
  const database = openDatabase(folder, "off");
  const insert = database.prepare("INSERT INTO vectors(ix, d, filters, data) VALUES(1, ?, '[]', ?)");
  database.exec("BEGIN");
  for (let n = 0; n < count; n++) {
    const internal = Buffer.alloc(16);
    internal.writeUInt32BE(n);
    insert.run(internal, new Uint8Array(randomVector().buffer));
  }
  database.exec("COMMIT");
  database.close();
}

function randomVector(): Float32Array {
  return Float32Array.from({ length: DIMENSIONS }, () => Math.random() - 0.5);
}
