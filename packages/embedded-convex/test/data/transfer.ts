/** What `convex import` and `convex export` do over HTTP, without the second that the CLI takes to start. */
import { PassThrough } from "node:stream";
import { buffer } from "node:stream/consumers";
import { type Value } from "convex/values";
import yauzl from "yauzl";
import yazl from "yazl";
import { adminClient, call } from "../../conformance/wireDriver.ts";
import type { Deployment } from "../deployment.ts";

export interface ImportOptions {
  format: "csv" | "jsonLines" | "jsonArray" | "zip";
  mode?: "requireEmpty" | "append" | "replace" | "replaceAll";
  table?: string;
  component?: string;
}

interface ImportState {
  state: string;
  error_message?: string;
  message_to_confirm?: string;
  require_manual_confirmation?: boolean;
  num_rows_written?: bigint;
}

const PART_BYTES = 64 * 1024;

/** Sends a request of an administrator. @throws with the answer if it is not a success. */
export async function adminFetch(deployment: Deployment, path: string, init: RequestInit = {}): Promise<Response> {
  const headers = { authorization: `Convex ${deployment.adminKey}`, "content-type": "application/json" };
  const response = await fetch(deployment.cloudUrl + path, { ...init, headers });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response;
}

/** Uploads something, and resolves with the id of the import. */
export async function upload(
  deployment: Deployment,
  content: string | Buffer,
  options: ImportOptions,
): Promise<string> {
  const start = await adminFetch(deployment, "/api/import/start_upload", { method: "POST" });
  const { uploadToken } = (await start.json()) as { uploadToken: string };
  const bytes = Buffer.from(content);
  const partTokens: unknown[] = [];
  for (let part = 1; part === 1 || (part - 1) * PART_BYTES < bytes.length; part++) {
    const url = `/api/import/upload_part?uploadToken=${uploadToken}&partNumber=${part}`;
    const body = bytes.subarray((part - 1) * PART_BYTES, part * PART_BYTES);
    partTokens.push(await (await adminFetch(deployment, url, { method: "POST", body })).json());
  }
  const { format, mode = "requireEmpty", table, component } = options;
  const body = JSON.stringify({
    import: { tableName: table, componentPath: component, mode, format },
    uploadToken,
    partTokens,
  });
  const finish = await adminFetch(deployment, "/api/import/finish_upload", { method: "POST", body });
  return ((await finish.json()) as { importId: string }).importId;
}

/** Waits until an import is in one of some states. */
export async function waitForImport(deployment: Deployment, importId: string, states: string[]): Promise<ImportState> {
  for (;;) {
    const found = (await call(adminClient(deployment), "query", "_system/cli/queryImport", {
      importId,
    })) as unknown as {
      state: ImportState;
    };
    if (states.includes(found.state.state)) return found.state;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export async function confirm(deployment: Deployment, importId: string): Promise<void> {
  await adminFetch(deployment, "/api/perform_import", { method: "POST", body: JSON.stringify({ importId }) });
}

/** Imports something. @throws what the CLI would show if it fails. */
export async function importData(
  deployment: Deployment,
  content: string | Buffer,
  options: ImportOptions,
): Promise<{ rows: number; message: string; needsConfirmation: boolean }> {
  const importId = await upload(deployment, content, options);
  const waiting = await waitForImport(deployment, importId, ["waiting_for_confirmation", "failed"]);
  if (waiting.state === "failed") throw new Error(waiting.error_message);
  await confirm(deployment, importId);
  const done = await waitForImport(deployment, importId, ["completed", "failed"]);
  if (done.state === "failed") throw new Error(done.error_message);
  const { message_to_confirm: message = "", require_manual_confirmation: needsConfirmation = false } = waiting;
  return { rows: Number(done.num_rows_written), message, needsConfirmation };
}

/** Exports a deployment; resolves with the archive. */
export async function exportData(deployment: Deployment, includeStorage: boolean): Promise<Buffer> {
  await adminFetch(deployment, `/api/export/request/zip?includeStorage=${includeStorage}`, { method: "POST" });
  for (;;) {
    const latest = (await call(adminClient(deployment), "query", "_system/cli/exports:getLatest", {})) as {
      state: string;
      start_ts: bigint;
    };
    if (latest.state === "failed") throw new Error(`The export failed:\n${deployment.log}`);
    if (latest.state === "completed") {
      const answer = await adminFetch(deployment, `/api/export/zip/${latest.start_ts}`);
      return Buffer.from(await answer.arrayBuffer());
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** The entries of an archive as text. */
export async function unzip(archive: Buffer, encoding: BufferEncoding = "utf8"): Promise<Record<string, string>> {
  const zip = await yauzl.fromBufferPromise(archive, { lazyEntries: true });
  const entries: Record<string, string> = {};
  for await (const entry of zip.eachEntry()) {
    entries[entry.fileName] = (await buffer(await zip.openReadStreamPromise(entry))).toString(encoding);
  }
  return entries;
}

export async function zip(entries: Map<string, Buffer>): Promise<Buffer> {
  const archive = new yazl.ZipFile();
  for (const [name, content] of entries) archive.addBuffer(content, name);
  archive.end();
  return buffer(archive.outputStream.pipe(new PassThrough()));
}

export function lines(rows: readonly object[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join("");
}

/** Calls a function as an administrator. */
export function ask(
  deployment: Deployment,
  kind: "query" | "mutation" | "action",
  path: string,
  args: Record<string, Value> = {},
): Promise<Value> {
  return call(adminClient(deployment), kind, path, args);
}
