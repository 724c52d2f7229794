import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import type { FileStore } from "../storage/files.ts";
import { corsHeaders, HttpError, readJson } from "../http/responses.ts";
import type { ImportMode } from "./importAnalysis.ts";
import type { ImportFormat } from "./importSource.ts";
import type { ImportJob } from "./transferWorker.ts";
import type { Transfers } from "./transfers.ts";

/** A request of an administrator. */
export interface DataRequest {
  transfers: Transfers;
  files: FileStore;
  url: URL;
  request: IncomingMessage;
  response: ServerResponse;
}

type DataHandler = (call: DataRequest) => Promise<unknown>;

const MODES: readonly ImportMode[] = ["requireEmpty", "append", "replace", "replaceAll"];
const FORMATS: readonly ImportFormat[] = ["csv", "jsonLines", "jsonArray", "zip"];
/** As in `importSource.ts`, which is loaded by those who import only. */
const COMPONENT_PATH = /^([A-Za-z_][A-Za-z0-9_]*(\/[A-Za-z_][A-Za-z0-9_]*)*)?$/;
const MAX_JSON_BYTES = 4 * 1024 * 1024;

/** What `convex export`, `convex import` and the command `backup` call, by path. */
export const DATA_ROUTES: Readonly<Record<string, DataHandler>> = {
  "/api/export/request/zip": async ({ transfers, url, request }) => {
    requirePost(request);
    await transfers.requestExport(url.searchParams.get("includeStorage") === "true");
    return null;
  },
  "/api/export/zip": async ({ transfers, url, response }) => {
    const { name, size, open } = await transfers.openExport(url.pathname.split("/").at(-1)!);
    response.writeHead(200, {
      ...corsHeaders,
      "content-type": "application/zip",
      "content-length": size,
      "content-disposition": `attachment; filename=${name}`,
      "cache-control": "private, no-store",
    });
    await pipeline(open(), response);
    return null;
  },
  "/api/embedded/backup": async ({ transfers, files, request, response }) => {
    requirePost(request);
    const begin = (): void => {
      response.writeHead(200, { "content-type": "application/zip", "cache-control": "no-store" });
    };
    await transfers.backup(files, response, begin);
    return null;
  },
  "/api/import/start_upload": async ({ transfers, request }) => {
    requirePost(request);
    return { uploadToken: await transfers.startUpload() };
  },
  "/api/import/upload_part": async ({ transfers, url, request }) => {
    requirePost(request);
    const part = Number(url.searchParams.get("partNumber"));
    return transfers.uploadPart(url.searchParams.get("uploadToken") ?? "", part, request);
  },
  "/api/import/finish_upload": async ({ transfers, request }) => {
    requirePost(request);
    const body = (await readJson(request, MAX_JSON_BYTES)) as { import?: unknown; uploadToken?: unknown };
    return { importId: await transfers.finishUpload(String(body.uploadToken), parseImport(body.import)) };
  },
  "/api/perform_import": async ({ transfers, request }) => {
    await transfers.performImport(await importIdOf(request));
    return null;
  },
  "/api/cancel_import": async ({ transfers, request }) => {
    await transfers.cancelImport(await importIdOf(request));
    return null;
  },
};

async function importIdOf(request: IncomingMessage): Promise<string> {
  requirePost(request);
  return String(((await readJson(request, MAX_JSON_BYTES)) as { importId?: unknown }).importId);
}

function parseImport(value: unknown): Omit<ImportJob, "file"> {
  const { tableName, componentPath, mode, format } = (value ?? {}) as Record<string, unknown>;
  const isZip = format === "zip";
  if (!FORMATS.includes(format as ImportFormat))
    throw new HttpError(400, "BadRequest", "The import has no known format");
  if (!MODES.includes(mode as ImportMode)) throw new HttpError(400, "BadRequest", "The import has no known mode");
  if (isZip && tableName != null) throw new HttpError(400, "InvalidName", "ZIP import cannot have table name");
  if (!isZip && (typeof tableName !== "string" || !/^[A-Za-z][A-Za-z0-9_]*$/.test(tableName))) {
    throw new HttpError(400, "ImportInvalidName", `invalid table name ${String(tableName)}`);
  }
  const component = componentPath ?? "";
  if (typeof component !== "string" || !COMPONENT_PATH.test(component)) {
    throw new HttpError(400, "InvalidComponentName", `invalid component path ${JSON.stringify(componentPath)}`);
  }
  const table = isZip ? null : (tableName as string);
  return { format: format as ImportFormat, mode: mode as ImportMode, table, component };
}

function requirePost(request: IncomingMessage): void {
  if (request.method !== "POST") throw new HttpError(405, "MethodNotAllowed", "Only POST is allowed here");
}
