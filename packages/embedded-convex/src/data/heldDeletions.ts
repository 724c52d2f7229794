/**
 * Deletions of files, put off while somebody reads a snapshot of the database: its files must not go before they are copied.
 * What is put off when the process ends is swept up at the next start.
 */
export class HeldDeletions {
  readonly #remove: (file: string) => Promise<void>;
  #holders = 0;
  #waiting: string[] = [];

  constructor(remove: (file: string) => Promise<void>) {
    this.#remove = remove;
  }

  /** Keeps all files until the returned function is called, once. */
  hold(): () => Promise<void> {
    this.#holders++;
    let released = false;
    return async () => {
      if (released) return;
      released = true;
      if (--this.#holders > 0) return;
      const files = this.#waiting;
      this.#waiting = [];
      await this.delete(files);
    };
  }

  async delete(files: readonly string[]): Promise<void> {
    if (this.#holders > 0) this.#waiting.push(...files);
    else await Promise.all(files.map((file) => this.#remove(file)));
  }
}
