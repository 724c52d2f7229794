/**
 * The variables that a realm sees as `process.env`, and which of them its code has looked at. What code has looked at it may
 * have kept (a constant of a module, a memoized client), so a change of such a variable needs the code to be evaluated again; a
 * change of any other one does not.
 */
export class EnvironmentReads {
  /** For the code of the realm. */
  readonly variables: Record<string, string>;
  readonly #names = new Set<string>();
  #listed = false;

  /** @param values live: later changes are seen */
  constructor(values: Record<string, string>) {
    const note = (name: string | symbol) => void (typeof name === "string" && this.#names.add(name));
    this.variables = new Proxy(values, {
      get: (target, name) => {
        note(name);
        return Reflect.get(target, name) as unknown;
      },
      has: (target, name) => {
        note(name);
        return Reflect.has(target, name);
      },
      getOwnPropertyDescriptor: (target, name) => {
        note(name);
        return Reflect.getOwnPropertyDescriptor(target, name);
      },
      ownKeys: (target) => {
        this.#listed = true;
        return Reflect.ownKeys(target);
      },
    });
  }

  /** Whether the code may have kept something of these variables. */
  hasRead(names: readonly string[]): boolean {
    return names.length > 0 && (this.#listed || names.some((name) => this.#names.has(name)));
  }
}
