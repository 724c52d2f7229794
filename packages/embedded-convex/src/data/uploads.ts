import { randomBytes } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, rm, truncate } from "node:fs/promises";
import path from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { HttpError } from "../http/responses.ts";

interface Upload {
  file: string;
  /** Number of the last part, and where it begins; the client may send it again. */
  part: number;
  partStart: number;
  size: number;
  busy: boolean;
  touchedAt: number;
}

const MAX_AGE_MS = 60 * 60 * 1000;

/** Files that are uploaded in parts, one after another, as `convex import` sends them. */
export class Uploads {
  readonly #folder: string;
  readonly #now: () => number;
  readonly #uploads = new Map<string, Upload>();

  constructor(folder: string, now: () => number) {
    this.#folder = folder;
    this.#now = now;
  }

  /** A token for the parts. What was abandoned long ago is deleted. */
  async start(): Promise<string> {
    for (const [token, upload] of this.#uploads) {
      if (upload.busy || this.#now() - upload.touchedAt < MAX_AGE_MS) continue;
      this.#uploads.delete(token);
      await rm(upload.file, { force: true });
    }
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const token = randomBytes(16).toString("hex");
    const file = path.join(this.#folder, `upload-${randomBytes(16).toString("hex")}`);
    this.#uploads.set(token, { file, part: 0, partStart: 0, size: 0, busy: false, touchedAt: this.#now() });
    return token;
  }

  /** Adds a part. @throws HttpError for an unknown token or a part out of order. */
  async add(token: string, part: number, body: Readable): Promise<string> {
    const upload = this.#get(token);
    if (upload.busy || (part !== upload.part + 1 && part !== upload.part) || part < 1) {
      throw new HttpError(400, "BadPart", `Part ${part} was sent where part ${upload.part + 1} was expected`);
    }
    upload.busy = true;
    try {
      if (part === upload.part) upload.size = upload.partStart;
      const start = upload.size;
      // Also drops what an interrupted part has left behind.
      if (start > 0) await truncate(upload.file, start);
      const target = createWriteStream(upload.file, { flags: start === 0 ? "w" : "a", mode: 0o600 });
      await pipeline(body, target);
      Object.assign(upload, { part, partStart: start, size: start + target.bytesWritten });
    } finally {
      upload.busy = false;
      upload.touchedAt = this.#now();
    }
    return String(part);
  }

  /** The uploaded file, which now belongs to the caller. */
  finish(token: string): string {
    const upload = this.#get(token);
    if (upload.busy || upload.part === 0) throw new HttpError(400, "BadUpload", "The upload has no content yet");
    this.#uploads.delete(token);
    return upload.file;
  }

  #get(token: string): Upload {
    const upload = this.#uploads.get(token);
    if (upload === undefined) {
      throw new HttpError(
        400,
        "UnknownUpload",
        "There is no such upload: it was given up, or the deployment restarted",
      );
    }
    return upload;
  }
}
