import type { Catalog, IndexInfo, TableInfo } from "../store/catalog.ts";
import { tableEnd } from "../store/catalog.ts";
import { DOCUMENTS, type Store } from "../store/store.ts";
import { keySuccessor } from "../values/keys.ts";
import type { ConvexJsonObject, ValidatorJson } from "../values/json.ts";
import { schemaViolation } from "../transaction/transaction.ts";
import { type SearchIndex, searchIndexSpecs } from "../search/definitions.ts";
import type { Executor } from "../transaction/executor.ts";
import type { AnalyzedTable, Manifest } from "./manifest.ts";
import { Portions } from "./portions.ts";

/** In the shape of the answer of `wait_for_schema`. */
export type SchemaStatus =
  | {
      type: "inProgress";
      components: Record<string, { schemaValidationComplete: boolean; indexesComplete: number; indexesTotal: number }>;
    }
  | { type: "failed"; error: string; componentPath: string; tableName: string | null }
  | { type: "raceDetected" }
  | { type: "complete" };

/** Documents in the first transaction of a task; see `Portions` for the next ones. */
const FIRST_PORTION = 200;
/** Words are many: fewer documents take as long. */
const FIRST_SEARCH_PORTION = 50;

interface PendingTable {
  table: TableInfo;
  validator: ValidatorJson | null;
  building: IndexInfo[];
  buildingSearch: SearchIndex[];
}

/**
 * Prepares the schema of a push while the old code goes on running: new indexes are filled, and all documents are checked
 * against the new validators, in small portions. What is written meanwhile goes into the new indexes too and is checked at once.
 */
export class SchemaRollout {
  readonly #store: Store;
  readonly #catalog: Catalog;
  readonly #executor: Executor;
  #current: Rollout | null = null;

  constructor(options: { store: Store; catalog: Catalog; executor: Executor }) {
    this.#store = options.store;
    this.#catalog = options.catalog;
    this.#executor = options.executor;
  }

  /** Starts over with another schema; an unfinished earlier one is abandoned. */
  async start(manifest: Manifest): Promise<void> {
    const rollout = await this.#executor.write({
      label: "push",
      run: () => {
        this.#catalog.dropBuildingIndexes();
        return new Rollout(
          manifest.components.flatMap((component) => this.#pendingTables(component.path, component.schema)),
        );
      },
    });
    this.#current = rollout;
    this.#run(rollout).catch((error: unknown) => rollout.fail(error instanceof Error ? error.message : String(error)));
  }

  status(): SchemaStatus {
    // Another push, or a restart, has taken the place of the one that asks.
    return this.#current?.status() ?? { type: "raceDetected" };
  }

  /** Resolves when the state is no longer `inProgress`, or after `timeoutMs`. */
  async wait(timeoutMs: number): Promise<SchemaStatus> {
    await Promise.race([this.#current?.done, new Promise((resolve) => setTimeout(resolve, timeoutMs).unref())]);
    return this.status();
  }

  /** Gives up what is under way. */
  abandon(reason: string): void {
    this.#current?.fail(reason);
  }

  /** Must be told about every written document. */
  onDocumentWritten(table: TableInfo, document: ConvexJsonObject): void {
    this.#current?.check(this.#catalog, table, document);
  }

  /** Makes the schema the enforced one; inside the transaction of the push. */
  activate(manifest: Manifest): void {
    if (this.status().type !== "complete")
      throw new Error("The schema of this push has not been prepared. Push again.");
    const wanted = new Map<TableInfo, AnalyzedTable>();
    for (const component of manifest.components) {
      for (const analyzed of component.schema?.tables ?? []) {
        wanted.set(this.#catalog.ensureTable(component.path, analyzed.tableName), analyzed);
      }
      for (const table of this.#catalog.tables(component.path)) {
        const specs = wanted.get(table)?.indexes ?? [];
        this.#catalog.activateIndexes(
          table,
          specs.map(({ indexDescriptor, fields }) => ({ name: indexDescriptor, fields })),
        );
        this.#catalog.activateSearchIndexes(table, searchIndexSpecs(wanted.get(table) ?? {}));
      }
    }
    this.#current = null;
  }

  /** Deletes the entries of dropped indexes, in the background. */
  async cleanUp(): Promise<void> {
    const portions = new Portions(FIRST_PORTION);
    const remove = () => portions.run((size) => this.#catalog.removeDroppedEntries(size));
    while (await this.#executor.write({ label: "push", run: remove }));
  }

  /** Points the in-memory catalog at the validators of the active schema. */
  applyValidators(manifest: Manifest): void {
    for (const component of manifest.components) {
      const enforced = component.schema?.schemaValidation === true;
      const tables = new Map(component.schema?.tables.map((table) => [table.tableName, table]));
      for (const table of this.#catalog.tables(component.path)) {
        table.validator = enforced ? (tables.get(table.name)?.documentType ?? null) : null;
      }
    }
  }

  #pendingTables(
    component: string,
    schema: { tables: AnalyzedTable[]; schemaValidation: boolean } | null,
  ): PendingTable[] {
    return (schema?.tables ?? []).map((analyzed) => {
      const table = this.#catalog.ensureTable(component, analyzed.tableName);
      const specs = analyzed.indexes.map(({ indexDescriptor, fields }) => ({ name: indexDescriptor, fields }));
      const building = specs
        .map((spec) => this.#catalog.ensureIndex(table, spec))
        .filter((index) => index.state === "building");
      const buildingSearch = searchIndexSpecs(analyzed)
        .map((spec) => this.#catalog.ensureSearchIndex(table, spec))
        .filter((index) => index.state === "building");
      const unchanged = JSON.stringify(table.validator) === JSON.stringify(analyzed.documentType);
      const validator = schema?.schemaValidation === true && !unchanged ? analyzed.documentType : null;
      return { table, validator, building, buildingSearch };
    });
  }

  async #run(rollout: Rollout): Promise<void> {
    for (const pending of rollout.tables) {
      for (const index of pending.building) {
        await this.#backfill(rollout, pending.table, index);
        rollout.indexesDone++;
      }
      for (const index of pending.buildingSearch) {
        await this.#backfillSearch(rollout, index);
        rollout.indexesDone++;
      }
      if (pending.validator !== null) await this.#validate(rollout, pending);
    }
    rollout.finish();
  }

  async #backfill(rollout: Rollout, table: TableInfo, index: IndexInfo): Promise<void> {
    const portions = new Portions(FIRST_PORTION);
    let from: Uint8Array | null = null;
    do {
      if (rollout !== this.#current || rollout.failure !== null) return;
      const start: Uint8Array | null = from;
      from = await this.#executor.write<Uint8Array | null>({
        label: "push",
        run: () => portions.run((size) => this.#catalog.backfill(table, index, start, size)),
      });
    } while (from !== null);
  }

  async #backfillSearch(rollout: Rollout, index: SearchIndex): Promise<void> {
    const portions = new Portions(FIRST_SEARCH_PORTION);
    const run = () => portions.run((size) => this.#catalog.search.backfill(index, size));
    const step = () => this.#executor.write({ label: "push", run });
    while (rollout === this.#current && rollout.failure === null && (await step()));
  }

  async #validate(rollout: Rollout, { table }: PendingTable): Promise<void> {
    const portions = new Portions(FIRST_PORTION);
    let low: Uint8Array = table.prefix;
    for (;;) {
      if (rollout !== this.#current || rollout.failure !== null) return;
      const start = low;
      const run = (size: number) => {
        const rows = this.#store.scan(DOCUMENTS, start, tableEnd(table), "asc", size);
        for (const [, json] of rows) rollout.check(this.#catalog, table, JSON.parse(json) as ConvexJsonObject);
        return { last: rows.at(-1)?.[0], isEnd: rows.length < size };
      };
      const { last, isEnd } = await this.#executor.read("push", () => portions.run(run));
      if (isEnd || last === undefined) return;
      low = keySuccessor(Buffer.from(last));
    }
  }
}

class Rollout {
  readonly tables: PendingTable[];
  readonly done: Promise<void>;
  failure: { error: string; componentPath: string; tableName: string | null } | null = null;
  indexesDone = 0;
  #finished = false;
  #resolve: () => void = () => undefined;
  readonly #validators: Map<TableInfo, ValidatorJson>;

  constructor(tables: PendingTable[]) {
    this.tables = tables;
    this.done = new Promise((resolve) => (this.#resolve = resolve));
    this.#validators = new Map(
      tables.flatMap(({ table, validator }) => (validator === null ? [] : [[table, validator] as const])),
    );
  }

  check(catalog: Catalog, table: TableInfo, document: ConvexJsonObject): void {
    const validator = this.#validators.get(table);
    if (validator === undefined || this.failure !== null) return;
    const violation = schemaViolation(catalog, table, document, validator);
    if (violation === null) return;
    const error = `Document with ID "${document._id as string}" in table "${table.name}" does not match the schema: ${violation}`;
    this.failure = { error, componentPath: table.component, tableName: table.name };
    this.#resolve();
  }

  fail(error: string): void {
    if (this.#finished) return;
    this.failure ??= { error, componentPath: "", tableName: null };
    this.#resolve();
  }

  finish(): void {
    this.#finished = true;
    this.#resolve();
  }

  status(): SchemaStatus {
    if (this.failure !== null) return { type: "failed", ...this.failure };
    if (this.#finished) return { type: "complete" };
    const components: Extract<SchemaStatus, { type: "inProgress" }>["components"] = {};
    for (const { table, building, buildingSearch } of this.tables) {
      const entry = (components[table.component] ??= {
        schemaValidationComplete: this.#validators.size === 0,
        indexesComplete: 0,
        indexesTotal: 0,
      });
      entry.indexesTotal += building.length + buildingSearch.length;
      entry.indexesComplete = Math.min(this.indexesDone, entry.indexesTotal);
    }
    return { type: "inProgress", components };
  }
}
