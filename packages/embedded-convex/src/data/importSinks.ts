import { randomBytes } from "node:crypto";
import type { RpcPort } from "../process/rpc.ts";
import { documentKey, indexEntryKey } from "../store/catalog.ts";
import { decodeId, encodeId } from "../values/ids.ts";
import type { ConvexJsonObject, ValidatorJson } from "../values/json.ts";
import { validateValue } from "../values/validator.ts";
import type { TablePlan } from "./importAnalysis.ts";
import type { ImportFormat } from "./importSource.ts";
import { ImportError } from "./lineReader.ts";
import type { AppendedRow, StagedFile, StagedRow, StagingOperations, StagingTarget } from "./messages.ts";

type Database = Pick<RpcPort<StagingOperations>, "call">;

/** A portion is one transaction: others wait for it, so it ends at whichever comes first. */
export const PORTION_ROWS = 200;
const PORTION_BYTES = 256 * 1024;
const ID_PORTION = 200;
const INTERNAL_BYTES = 16;
const TIME_BYTES = 8;

/** Where the rows of one table go. */
export interface Sink {
  add(row: ConvexJsonObject, file?: StagedFile): Promise<void>;
  flush(): Promise<void>;
}

/** Portions on their way: while the database stores one, the next is prepared. */
class Sending {
  #last: Promise<unknown> = Promise.resolve();

  /** Sends the next portion as soon as the last one is stored. @throws what went wrong with that. */
  async next(send: () => Promise<unknown>): Promise<void> {
    await this.#last;
    this.#last = send();
    // Whoever sends the next portion, or waits for the last, is told.
    this.#last.catch(() => undefined);
  }

  async done(): Promise<void> {
    await this.#last;
  }
}

/** Sends rows to the database as they are: it checks them as it checks those of a mutation. */
export class AppendSink implements Sink {
  readonly #database: Database;
  readonly #session: string;
  readonly #table: TablePlan;
  readonly #sending = new Sending();
  #rows: AppendedRow[] = [];
  #bytes = 0;

  constructor(database: Database, session: string, table: TablePlan) {
    this.#database = database;
    this.#session = session;
    this.#table = table;
  }

  async add(row: ConvexJsonObject, file?: StagedFile): Promise<void> {
    const json = JSON.stringify(row);
    this.#rows.push(file === undefined ? { json } : { json, file });
    this.#bytes += json.length;
    if (this.#rows.length >= PORTION_ROWS || this.#bytes >= PORTION_BYTES) await this.#send();
  }

  async flush(): Promise<void> {
    await this.#send();
    await this.#sending.done();
  }

  async #send(): Promise<void> {
    if (this.#rows.length === 0) return;
    const { component, name } = this.#table;
    const rows = this.#rows;
    this.#rows = [];
    this.#bytes = 0;
    const portion = { session: this.#session, component, name, rows };
    await this.#sending.next(() => this.#database.call("appendRows", portion));
  }
}

export interface StagingOptions {
  session: string;
  position: number;
  target: StagingTarget;
  table: TablePlan;
  numbers: Record<string, Record<string, number>>;
  format: ImportFormat;
}

/** Turns rows into the bytes that the database will store. */
export class StagingSink implements Sink {
  readonly #database: Database;
  readonly #options: StagingOptions;
  readonly #tables: (name: string) => number | undefined;
  readonly #optionalFields: Set<string>;
  readonly #sending = new Sending();
  #rows: StagedRow[] = [];
  #bytes = 0;
  #ids: { creationTime: number; internal: Uint8Array }[] = [];

  constructor(database: Database, options: StagingOptions) {
    this.#database = database;
    this.#options = options;
    const numbers = options.numbers[options.table.component] ?? {};
    this.#tables = (name) => (Object.hasOwn(numbers, name) ? numbers[name] : undefined);
    this.#optionalFields = options.format === "csv" ? optionalFields(options.target.validator) : new Set();
  }

  async add(row: ConvexJsonObject, file?: StagedFile): Promise<void> {
    const { target, table } = this.#options;
    const { _id, _creationTime, ...fields } = row;
    // A cell of a CSV file cannot be absent.
    for (const field of this.#optionalFields) if (fields[field] === "") delete fields[field];
    const violation = target.validator === null ? null : validateValue(target.validator, fields, this.#tables);
    if (violation !== null) {
      throw new ImportError(
        `Failed to insert or update a document in table "${table.name}" because it does not match the schema: ${violation}`,
      );
    }
    const { internal, creationTime } = await this.#place(
      _id as string | undefined,
      _creationTime as number | undefined,
    );
    const key = documentKey(target, internal);
    const document = { ...fields, _creationTime: creationTime, _id: encodeId(target.num, internal) };
    const json = JSON.stringify(document);
    const entries = target.indexes.map((index) => indexEntryKey(index, document, key));
    this.#rows.push(file === undefined ? { key, json, entries } : { key, json, entries, file });
    this.#bytes += json.length;
    if (this.#rows.length >= PORTION_ROWS || this.#bytes >= PORTION_BYTES) await this.#send();
  }

  async flush(): Promise<void> {
    await this.#send();
    await this.#sending.done();
  }

  async #send(): Promise<void> {
    if (this.#rows.length === 0) return;
    const rows = this.#rows;
    this.#rows = [];
    this.#bytes = 0;
    const { session, position } = this.#options;
    const portion = { session, target: position, rows };
    await this.#sending.next(() => this.#database.call("stageRows", portion));
  }

  async #place(id: string | undefined, creationTime: number | undefined) {
    if (id !== undefined && creationTime !== undefined) return { internal: decodeId(id)!.internal, creationTime };
    if (this.#ids.length === 0) this.#ids = await this.#database.call("importIds", { count: ID_PORTION });
    const fresh = this.#ids.shift()!;
    if (id !== undefined) return { internal: decodeId(id)!.internal, creationTime: fresh.creationTime };
    return creationTime === undefined ? fresh : { internal: internalAt(creationTime), creationTime };
  }
}

/** An id that begins with a creation time, as those that are made here do. */
function internalAt(creationTime: number): Buffer {
  const internal = Buffer.allocUnsafe(INTERNAL_BYTES);
  internal.writeDoubleBE(creationTime, 0);
  randomBytes(INTERNAL_BYTES - TIME_BYTES).copy(internal, TIME_BYTES);
  return internal;
}

function optionalFields(validator: ValidatorJson | null): Set<string> {
  if (validator?.type !== "object") return new Set();
  return new Set(Object.entries(validator.value).flatMap(([name, { optional }]) => (optional ? [name] : [])));
}
