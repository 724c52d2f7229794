import fs from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { databaseFile } from "./format.ts";
import { UnusableDatabaseError } from "./inspect.ts";

/** Who has a data folder open. */
export interface FolderOwner {
  pid: number;
  /** Where its admin API is, from this machine; null while it starts. */
  url: string | null;
}

const LOCK = "lock.sqlite";
const OWNER = "owner.json";
/** There while a backup is being put in place. */
export const RESTORING = "restoring";
/** Names that a folder without data may contain. */
const HARMLESS = new Set([LOCK, `${LOCK}-journal`, OWNER, "compile-cache", "lost+found"]);

/** The folder is open in another process. */
export class FolderInUseError extends UnusableDatabaseError {
  readonly owner: FolderOwner | null;

  constructor(folder: string, owner: FolderOwner | null) {
    const who = owner === null ? "another process" : `process ${owner.pid}`;
    super(`The data folder ${folder} is in use by ${who}. Stop it first, or choose another folder.`);
    this.owner = owner;
  }
}

/**
 * A data folder that belongs to this process until it is released or the process ends, however that happens: the lock is one of
 * the operating system, held by SQLite on a file of its own.
 */
export class DataFolder {
  readonly path: string;
  readonly #lock: DatabaseSync;

  private constructor(folder: string, lock: DatabaseSync) {
    this.path = folder;
    this.#lock = lock;
  }

  /**
   * Takes a folder, creating it if needed.
   *
   * @throws UnusableDatabaseError if it cannot be written or is in use.
   */
  static take(folder: string): DataFolder {
    try {
      fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
      fs.accessSync(folder, fs.constants.W_OK | fs.constants.R_OK | fs.constants.X_OK);
    } catch (error) {
      throw unwritable(folder, error);
    }
    let lock: DatabaseSync | null = null;
    try {
      lock = new DatabaseSync(path.join(folder, LOCK));
      // Nothing is ever written to it: what counts is who may.
      lock.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
    } catch (error) {
      lock?.close();
      if ((error as { errcode?: number }).errcode === SQLITE_BUSY) throw new FolderInUseError(folder, ownerOf(folder));
      throw unwritable(folder, error);
    }
    const taken = new DataFolder(folder, lock);
    taken.announce(null);
    return taken;
  }

  /** Tells other programs on this machine where the admin API is. A full disk must not stop a deployment from serving reads. */
  announce(url: string | null): void {
    const owner: FolderOwner = { pid: process.pid, url };
    try {
      fs.writeFileSync(path.join(this.path, OWNER), JSON.stringify(owner), { mode: 0o600 });
    } catch (error) {
      console.error(`${OWNER} cannot be written, so \`backup\` will not find this process: ${String(error)}`);
    }
  }

  /** @throws UnusableDatabaseError if what is in the folder is not a whole deployment, nor none. */
  assertWhole(): void {
    if (fs.existsSync(path.join(this.path, RESTORING))) {
      throw new UnusableDatabaseError(
        `The data folder ${this.path} holds a restore that was not finished. Empty the folder, and restore the backup again.`,
      );
    }
    const files = path.join(this.path, "storage");
    if (!fs.existsSync(databaseFile(this.path)) && fs.existsSync(files) && fs.readdirSync(files).length > 0) {
      throw new UnusableDatabaseError(
        `The data folder ${this.path} holds files, but its database convex.sqlite is missing. Put it back, or restore a backup into an empty folder.`,
      );
    }
  }

  /** @throws UnusableDatabaseError if there is anything in the folder that could be somebody's data. */
  assertEmpty(): void {
    const found = fs.readdirSync(this.path).find((name) => !HARMLESS.has(name));
    if (found === undefined) return;
    throw new UnusableDatabaseError(
      `The folder ${this.path} is not empty (it has ${found}). Restore into an empty folder.`,
    );
  }

  release(): void {
    fs.rmSync(path.join(this.path, OWNER), { force: true });
    this.#lock.close();
  }
}

const SQLITE_BUSY = 5;

function ownerOf(folder: string): FolderOwner | null {
  try {
    return JSON.parse(fs.readFileSync(path.join(folder, OWNER), "utf8")) as FolderOwner;
  } catch {
    // It is only there to make the message better, and may be gone at any time.
    return null;
  }
}

function unwritable(folder: string, error: unknown): UnusableDatabaseError {
  const reason = error instanceof Error ? error.message : String(error);
  return new UnusableDatabaseError(
    `The data folder ${folder} cannot be written: ${reason}. Give it to the user who starts the deployment, or choose another one.`,
  );
}
