import type { Statement } from "../store/sqlite.ts";
import type { Store } from "../store/store.ts";
import { EMPTY_MANIFEST, type Manifest, type StoredModule } from "./manifest.ts";

const KEY = "manifest";

/** Pushed code in the database, by hash, and the manifest that says which of it is deployed: a restart needs no push. */
export class ModuleStore {
  readonly #store: Store;
  readonly #get: Statement;
  readonly #add: Statement;
  readonly #remove: Statement;
  readonly #hashes: Statement;

  constructor(store: Store) {
    this.#store = store;
    this.#get = store.database.prepare("SELECT source, map FROM modules WHERE hash = ?");
    this.#add = store.database.prepare("INSERT OR REPLACE INTO modules(hash, source, map) VALUES(?, ?, ?)");
    this.#remove = store.database.prepare("DELETE FROM modules WHERE hash = ?");
    this.#hashes = store.database.prepare("SELECT hash FROM modules");
  }

  /** The deployed manifest, or null before the first push. */
  manifest(): Manifest | null {
    const stored = this.#store.kv.getJson<Manifest>(KEY);
    if (stored === null) return null;
    // Fields that came later have defaults in what an earlier version has stored.
    const components = stored.components.map((component) => ({ ...EMPTY_MANIFEST.components[0], ...component }));
    return { ...EMPTY_MANIFEST, ...stored, components };
  }

  get(hash: string): StoredModule | null {
    const row = this.#get.get<[string, string | null]>(hash);
    return row === undefined ? null : { hash, source: row[0], map: row[1] };
  }

  /** The code of all modules of a manifest, as far as it is stored. */
  of(manifest: Manifest): Map<string, StoredModule> {
    const result = new Map<string, StoredModule>();
    for (const hash of hashesOf(manifest)) {
      const module = this.get(hash);
      if (module !== null) result.set(hash, module);
    }
    return result;
  }

  add(modules: readonly StoredModule[]): void {
    for (const { hash, source, map } of modules) this.#add.run(hash, source, map);
  }

  /** Deploys a manifest and forgets the code that it does not use. Inside a write transaction. */
  replace(manifest: Manifest, modules: readonly StoredModule[]): void {
    this.add(modules);
    this.#store.kv.setJson(KEY, manifest);
    const used = new Set(hashesOf(manifest));
    for (const [hash] of this.#hashes.all<[string]>()) if (!used.has(hash)) this.#remove.run(hash);
  }
}

/** The hashes of all modules of a manifest. */
export function hashesOf(manifest: Manifest): string[] {
  const used = manifest.components.flatMap(({ modules, schemaModule }) => [...modules, schemaModule]);
  const refs = manifest.definitions.flatMap(({ modules, schemaModule, definition }) => [
    ...modules,
    schemaModule,
    definition,
  ]);
  return [...new Set([...used, ...refs].flatMap((ref) => (ref === null ? [] : [ref.hash])))];
}
