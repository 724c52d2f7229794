import { type Catalog, CREATION_INDEX, type TableInfo, tableEnd, tabletPrefix } from "../store/catalog.ts";
import { contentOf, type SearchIndex, type SearchIndexSpec, specOf as storedSpec } from "../search/definitions.ts";
import type { Statement } from "../store/sqlite.ts";
import { DOCUMENTS, type Store } from "../store/store.ts";
import { WriteSet } from "../transaction/readSet.ts";
import type { ConvexJsonObject } from "../values/json.ts";
import type { StagedRow, StagedTable, StagingTarget } from "./messages.ts";

/** A table that is being filled aside. */
interface Staged extends StagedTable {
  tablet: number;
  /** Its number once it is in place. */
  finalNum: number;
  /** What it will replace, as text; it must still be the same then. */
  replaces: string;
}

/**
 * Tables that an import fills in hidden tablets and then puts in the place of the active ones, all in one transaction. State
 * machine of a row of `tables`: hidden -> active -> dropped -> deleted; hidden -> dropped when the import fails or the process
 * ends. Every method runs inside a write transaction.
 */
export class StagedTables {
  readonly #store: Store;
  readonly #catalog: Catalog;
  readonly #addTable: Statement;
  readonly #addIndex: Statement;
  readonly #putFile: Statement;
  readonly #setState: Statement;
  readonly #dropIndexes: Statement;
  #staged: Staged[] = [];
  #drops: { component: string; name: string }[] = [];

  constructor(store: Store, catalog: Catalog) {
    this.#store = store;
    this.#catalog = catalog;
    const { database } = store;
    this.#addTable = database.prepare(
      "INSERT INTO tables(tablet, num, component, name, state) VALUES(?, ?, ?, ?, 'hidden')",
    );
    this.#addIndex = database.prepare(
      "INSERT INTO indexes(num, tbl, name, fields, state) SELECT coalesce(max(num), 0) + 1, ?, ?, ?, 'active' FROM indexes",
    );
    this.#putFile = database.prepare("INSERT INTO files(k, file, uuid) VALUES(?, ?, ?)");
    this.#setState = database.prepare("UPDATE tables SET state = ? WHERE tablet = ?");
    this.#dropIndexes = database.prepare("UPDATE indexes SET state = 'dropped' WHERE tbl = ?");
  }

  /** @throws if the numbers of the tables collide with others. */
  begin(tables: readonly StagedTable[], drops: readonly { component: string; name: string }[]): StagingTarget[] {
    this.dropHidden();
    this.#drops = [...drops];
    this.#staged = [];
    const targets = tables.map((table) => this.#stage(table));
    this.#resolveNumbers();
    return targets;
  }

  /** Stores rows of one table. @throws if one of them is there already. */
  addRows(target: number, rows: readonly StagedRow[]): void {
    const staged = this.#staged[target];
    if (staged === undefined) throw new Error("The import has no such table.");
    const indexes = this.#indexes(staged.tablet);
    const isSearched = this.#catalog.search.of(staged.tablet).length > 0;
    for (const { key, json, entries, file } of rows) {
      if (this.#store.getDocument(key) !== null) {
        throw new Error(`Objects in table "${staged.name}" have duplicate _id fields`);
      }
      this.#store.putDocument(key, json);
      for (const [position, entry] of entries.entries()) this.#store.putIndexEntry(indexes[position]!, entry, key);
      if (isSearched) {
        const document = JSON.parse(json) as ConvexJsonObject;
        this.#catalog.search.update(staged.tablet, Buffer.from(key), null, document, new WriteSet());
      }
      if (file !== undefined) this.#putFile.run(key, file.file, file.uuid ?? crypto.randomUUID());
    }
  }

  /** Puts everything in place. @throws if what is replaced is not what it was at the beginning. */
  finish(): void {
    for (const staged of this.#staged) this.#assertUnchanged(staged);
    const renumbered = this.#resolveNumbers();
    for (const { component, name } of [...this.#drops, ...this.#staged]) {
      const old = this.#catalog.table(component, name);
      if (old !== undefined) this.#drop(old.tablet);
    }
    for (const { tablet } of this.#staged) this.#setState.run("active", tablet);
    const setNum = this.#store.database.prepare("UPDATE tables SET num = ? WHERE tablet = ?");
    for (const staged of this.#staged) setNum.run(staged.finalNum, staged.tablet);
    for (const { tablet, num } of renumbered) setNum.run(num, tablet);
    this.#staged = [];
    this.#drops = [];
    this.#catalog.reload();
  }

  /** Gives up what was not put in place; also after a restart. */
  dropHidden(): void {
    const hidden = this.#store.database.prepare("SELECT tablet FROM tables WHERE state = 'hidden'").all<[number]>();
    for (const [tablet] of hidden) this.#drop(tablet);
    if (hidden.length > 0) this.#catalog.search.reload();
    this.#staged = [];
    this.#drops = [];
  }

  /** The numbers of a component's tables when the import is done, which its ids and those of others must fit. */
  numbers(component: string): Record<string, number> {
    const numbers = Object.fromEntries(this.#catalog.tables(component).map(({ name, num }) => [name, num]));
    for (const staged of this.#staged) if (staged.component === component) numbers[staged.name] = staged.finalNum;
    return numbers;
  }

  #stage(table: StagedTable): StagingTarget {
    const old = this.#catalog.table(table.component, table.name);
    const tablet = this.#catalog.nextTablet();
    const finalNum = table.num ?? old?.num ?? this.#newNumber(table.name);
    this.#addTable.run(tablet, finalNum, table.component, table.name);
    const staged: Staged = { ...table, tablet, finalNum, replaces: this.#describe(old) };
    this.#staged.push(staged);
    const indexes = (old?.maintained ?? [])
      .filter(({ state, name }) => state === "active" && name !== CREATION_INDEX)
      .map(({ name, fields }) => ({ name, fields }));
    if (table.needsCreationIndex) indexes.push({ name: CREATION_INDEX, fields: [] });
    const prepared = indexes.map(({ name, fields }) => {
      const keyFields = table.needsCreationIndex ? [...fields, "_creationTime"] : fields;
      this.#addIndex.run(tablet, name, JSON.stringify(keyFields));
      return keyFields;
    });
    const nums = this.#indexes(tablet);
    const searches = this.#searches(old).filter(({ state }) => state === "active");
    const range = { tablet, from: tabletPrefix(tablet), to: tableEnd({ tablet }) };
    if (searches.length > 0) this.#catalog.search.activate(range, searches.map(specOf));
    return {
      tablet,
      num: finalNum,
      validator: old?.validator ?? null,
      indexes: prepared.map((keyFields, position) => ({ num: nums[position]!, keyFields })),
    };
  }

  #newNumber(name: string): number {
    const taken = this.#staged.map(({ finalNum }) => finalNum);
    return Math.max(this.#catalog.nextNumber(name), ...taken.map((num) => num + 1));
  }

  /**
   * Which bystanders get another number. An empty table may, as it has no ids; others may not.
   *
   * @throws if a table that is not in the import owns ids with a number of the import.
   */
  #resolveNumbers(): { tablet: number; num: number }[] {
    const renumbered: { tablet: number; num: number }[] = [];
    let free = this.#newNumber("");
    for (const staged of this.#staged) {
      const twin = this.#staged.find(
        (other) => other !== staged && other.component === staged.component && other.finalNum === staged.finalNum,
      );
      if (twin !== undefined)
        throw new Error(`The ids of the tables "${staged.name}" and "${twin.name}" have the same table number.`);
      const owner = this.#catalog.tableByNumber(staged.component, staged.finalNum);
      if (owner === undefined || this.#isReplaced(owner)) continue;
      if (owner.name.startsWith("_") || !this.#isEmpty(owner)) {
        throw new Error(
          `The ids of table "${staged.name}" have the table number ${staged.finalNum}, which belongs to table "${owner.name}" here. Import into an empty deployment, or with --replace-all.`,
        );
      }
      renumbered.push({ tablet: owner.tablet, num: free++ });
    }
    return renumbered;
  }

  #isReplaced(table: TableInfo): boolean {
    const same = ({ component, name }: { component: string; name: string }): boolean =>
      component === table.component && name === table.name;
    return this.#staged.some(same) || this.#drops.some(same);
  }

  #assertUnchanged(staged: Staged): void {
    const now = this.#catalog.table(staged.component, staged.name);
    if (this.#describe(now) !== staged.replaces) {
      throw new Error(
        `The schema of table "${staged.name}" was changed by a push while the import was running. Import again.`,
      );
    }
    if (staged.mustBeEmpty && now !== undefined && !this.#isEmpty(now)) {
      throw new Error(
        `Table ${staged.name} already exists. Please choose a new table name or use replace/append modes.`,
      );
    }
  }

  #isEmpty(table: TableInfo): boolean {
    return this.#store.scan(DOCUMENTS, tabletPrefix(table.tablet), tableEnd(table), "asc", 1).length === 0;
  }

  #indexes(tablet: number): number[] {
    return this.#store.database
      .prepare("SELECT num FROM indexes WHERE tbl = ? AND fields LIKE '[%' ORDER BY num")
      .all<[number]>(tablet)
      .map(([num]) => num);
  }

  #drop(tablet: number): void {
    this.#setState.run("dropped", tablet);
    this.#dropIndexes.run(tablet);
  }

  #searches(table: TableInfo | undefined): readonly SearchIndex[] {
    return table === undefined ? [] : this.#catalog.search.of(table.tablet);
  }

  /** What must not change about a table while another one is made to replace it. */
  #describe(table: TableInfo | undefined): string {
    if (table === undefined) return "";
    const indexes = table.maintained
      .filter(({ name }) => name !== CREATION_INDEX)
      .map(({ name, fields, state }) => [name, fields, state]);
    const searches = this.#searches(table).map((index) => [index.name, contentOf(index), index.state]);
    return JSON.stringify([table.num, table.validator, indexes, searches]);
  }
}

function specOf(index: SearchIndex): SearchIndexSpec {
  return storedSpec(index.name, contentOf(index));
}
