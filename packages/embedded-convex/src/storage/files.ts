/** Files of a deployment on disk, under opaque keys that the store itself makes up. */
import { createHash, randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";

/** A file was larger than the caller accepts. */
export class FileTooLargeError extends Error {
  readonly code = "FILE_TOO_LARGE";
  readonly maxBytes: number;

  constructor(maxBytes: number) {
    super(`The file is larger than ${maxBytes} bytes`);
    this.name = "FileTooLargeError";
    this.maxBytes = maxBytes;
  }
}

/** A stored file. */
export interface StoredFile {
  /** 32 hexadecimal digits, not derived from anything that a client sent. */
  key: string;
  /** Digest of the content, in base64 as Convex's `_storage.sha256` has it. */
  sha256: string;
  /** Bytes. */
  size: number;
}

const KEY = /^[0-9a-f]{32}$/;
const TEMPORARY_DIRECTORY = "tmp";
const DEFAULT_SWEEP_AGE_MS = 60 * 60_000;

/**
 * A directory of files: `<dir>/<first two digits>/<key>`. `put` returns only when content, name and directory entry are on
 * disk, so a row that refers to the file may be committed afterwards. A crash leaves at most files that no row knows; `sweep`
 * removes them.
 */
export class FileStore {
  readonly #dir: string;

  /** `dir` is created on the first `put`. */
  constructor(dir: string) {
    this.#dir = dir;
  }

  /**
   * Stores a file durably. Throws `FileTooLargeError` above `maxBytes`, and what the stream throws; nothing is left behind
   * then.
   */
  async put(source: Uint8Array | ReadableStream<Uint8Array>, options: { maxBytes?: number } = {}): Promise<StoredFile> {
    const key = randomBytes(16).toString("hex");
    const directory = join(this.#dir, key.slice(0, 2));
    const temporary = join(this.#dir, TEMPORARY_DIRECTORY, key);
    await this.#prepare(directory);
    try {
      const { sha256, size } = await writeSynced(temporary, source, options.maxBytes ?? Infinity);
      await rename(temporary, join(directory, key));
      await syncDirectory(directory);
      return { key, sha256, size };
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }

  /** The content as a stream, which errors with `ENOENT` for an unknown key. Throws an Error for what is no key. */
  open(key: string): ReadableStream<Uint8Array> {
    return Readable.toWeb(createReadStream(this.#pathOf(key))) as ReadableStream<Uint8Array>;
  }

  /** The whole content. Rejects with `ENOENT` for an unknown key. */
  async read(key: string): Promise<Uint8Array> {
    return await readFile(this.#pathOf(key));
  }

  /** Removes a file; nothing happens when it is not there. */
  async delete(key: string): Promise<void> {
    await rm(this.#pathOf(key), { force: true });
  }

  /**
   * Removes files that `known` does not know, and abandoned temporary files; returns how many. Files younger than
   * `minAgeMs` (one hour by default) stay, since their rows may not be committed yet.
   */
  async sweep(known: (key: string) => boolean, options: { minAgeMs?: number; nowMs?: number } = {}): Promise<number> {
    const before = (options.nowMs ?? Date.now()) - (options.minAgeMs ?? DEFAULT_SWEEP_AGE_MS);
    let removed = 0;
    for (const directory of await namesIn(this.#dir)) {
      for (const name of await namesIn(join(this.#dir, directory))) {
        const isStored = directory !== TEMPORARY_DIRECTORY && known(name);
        if (!KEY.test(name) || isStored) continue;
        const path = join(this.#dir, directory, name);
        const modifiedAt = await stat(path).then((stats) => stats.mtimeMs, ignoreMissing);
        if (modifiedAt === undefined || modifiedAt > before) continue;
        await rm(path, { force: true });
        removed += 1;
      }
    }
    return removed;
  }

  async #prepare(directory: string): Promise<void> {
    await mkdir(join(this.#dir, TEMPORARY_DIRECTORY), { recursive: true, mode: 0o700 });
    const created = await mkdir(directory, { recursive: true, mode: 0o700 });
    if (created !== undefined) await syncDirectory(this.#dir);
  }

  #pathOf(key: string): string {
    if (!KEY.test(key)) throw new Error("Not the key of a stored file");
    return join(this.#dir, key.slice(0, 2), key);
  }
}

async function writeSynced(path: string, source: Uint8Array | ReadableStream<Uint8Array>, maxBytes: number) {
  const hash = createHash("sha256");
  const file = await open(path, "wx", 0o600);
  try {
    let size = 0;
    for await (const chunk of source instanceof Uint8Array ? [source] : source) {
      size += chunk.byteLength;
      if (size > maxBytes) throw new FileTooLargeError(maxBytes);
      hash.update(chunk);
      await writeFully(file, chunk);
    }
    await file.sync();
    return { sha256: hash.digest("base64"), size };
  } finally {
    await file.close();
  }
}

async function writeFully(file: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let offset = 0; offset < chunk.byteLength;) {
    offset += (await file.write(chunk, offset, chunk.byteLength - offset)).bytesWritten;
  }
}

/** Makes the names in a directory durable. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/** The names in a directory; none when it does not exist or is a file. */
async function namesIn(path: string): Promise<string[]> {
  try {
    return await readdir(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ENOTDIR") return [];
    throw error;
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}
