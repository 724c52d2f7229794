import type { Store } from "../store/store.ts";

const KEY = "environment";

/**
 * The environment variables of functions: the addresses of the deployment, under the stored ones, under those of the operator's
 * file. Values from the file are held in memory only.
 */
export class Environment {
  /** What functions see. */
  readonly effective: Record<string, string> = {};
  readonly #store: Store;
  readonly #base: Readonly<Record<string, string>>;
  readonly #overlay: Readonly<Record<string, string>>;
  #stored: Record<string, string>;

  constructor(store: Store, base: Readonly<Record<string, string>>, overlay: Readonly<Record<string, string>>) {
    this.#store = store;
    this.#base = base;
    this.#overlay = overlay;
    this.#stored = {};
    this.reload();
  }

  /** Reads what is stored, after a change that was rolled back. */
  reload(): void {
    this.#stored = this.#store.kv.getJson<Record<string, string>>(KEY) ?? {};
    this.#apply();
  }

  get stored(): Readonly<Record<string, string>> {
    return this.#stored;
  }

  /** Sets (or with null removes) stored variables; inside a write transaction. */
  change(changes: readonly { name: string; value: string | null }[]): void {
    const next = { ...this.#stored };
    for (const { name, value } of changes) {
      if (value === null) delete next[name];
      else next[name] = value;
    }
    this.#store.kv.setJson(KEY, next);
    this.#stored = next;
    this.#apply();
  }

  #apply(): void {
    for (const name of Object.keys(this.effective)) delete this.effective[name];
    Object.assign(this.effective, this.#base, this.#stored, this.#overlay);
  }
}
