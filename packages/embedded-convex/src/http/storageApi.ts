import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { FileLocation, NewFile } from "../functions/storedFiles.ts";
import type { UploadTokens } from "../functions/uploadTokens.ts";
import type { FileStore } from "../storage/files.ts";
import { addRow } from "../storage/rows.ts";
import { corsHeaders, HttpError, sendJson } from "./responses.ts";

export interface StorageApiServices {
  files: FileStore;
  uploadTokens(): UploadTokens;
  /** Adds the file to the `_storage` of a component. */
  add(component: string, file: NewFile): Promise<string>;
  locate(uuid: string): Promise<FileLocation | null>;
}

const MAX_UPLOAD_BYTES = 1024 * 1024 * 1024;

/** `POST /api/storage/upload?token=...` */
export async function handleUpload(
  services: StorageApiServices,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method !== "POST") throw new HttpError(405, "MethodNotAllowed", "Files are uploaded with POST");
  const grant = services.uploadTokens().open(url.searchParams.get("token") ?? "", Date.now());
  if (grant === null) throw new HttpError(401, "InvalidUploadUrl", "The upload URL is invalid or has expired");
  const stored = await services.files.put(Readable.toWeb(request) as ReadableStream<Uint8Array>, {
    maxBytes: MAX_UPLOAD_BYTES,
  });
  const expected = /(?:^|,)\s*sha-256=([^,]+)/i.exec(String(request.headers.digest ?? ""))?.[1];
  if (expected !== undefined && expected !== stored.sha256) {
    await services.files.delete(stored.key);
    throw new HttpError(400, "BadDigest", `The SHA-256 of the received file is ${stored.sha256}`);
  }
  const contentType = request.headers["content-type"] ?? null;
  const file = { file: stored.key, sha256: stored.sha256, size: stored.size, contentType };
  const add = () => services.add(grant.component, file);
  sendJson(response, 200, { storageId: await addRow(services.files, stored.key, add) });
}

/** `GET /api/storage/<uuid>` */
export async function handleDownload(
  services: StorageApiServices,
  uuid: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const location = await services.locate(uuid);
  if (location === null) throw new HttpError(404, "FileNotFound", "The file was not found");
  response.writeHead(200, {
    ...corsHeaders,
    "content-type": location.contentType ?? "application/octet-stream",
    "content-length": location.size,
    digest: `sha-256=${location.sha256}`,
    "cache-control": "private, max-age=2592000",
    // A stored HTML file must not run with the rights of this origin.
    "content-security-policy":
      "sandbox; default-src 'none'; img-src 'self' data:; media-src 'self'; style-src 'unsafe-inline'",
    "x-content-type-options": "nosniff",
  });
  if (request.method === "HEAD") {
    response.end();
    return;
  }
  await pipeline(Readable.fromWeb(services.files.open(location.file) as never), response);
}
