/** Convex's limits for one query or mutation, with everything it calls. */
export const LIMITS = {
  documentsRead: 32_000,
  bytesRead: 16 * 1024 * 1024,
  documentsWritten: 16_000,
  bytesWritten: 16 * 1024 * 1024,
  databaseQueries: 4096,
  functionsScheduled: 1000,
  scheduledFunctionArgsBytes: 16 * 1024 * 1024,
} as const;

export type LimitName = keyof typeof LIMITS;

const HELP =
  "Consider using smaller limits in your queries, paginating your queries, or using indexed queries with a selective index range expressions.";

/** The backend's message for each limit, by the limit as text. */
const MESSAGES: Record<LimitName, (limit: number) => string> = {
  documentsRead: (limit) => `Too many documents read in a single function execution (limit: ${limit}). ${HELP}`,
  bytesRead: (limit) => `Too many bytes read in a single function execution (limit: ${limit} bytes). ${HELP}`,
  databaseQueries: (limit) => `Too many reads in a single function execution (limit: ${limit}). ${HELP}`,
  documentsWritten: (limit) => `Too many writes in a single function execution (limit: ${limit})`,
  bytesWritten: (limit) => `Too many bytes written in a single function execution (limit: ${limit} bytes)`,
  functionsScheduled: (limit) => `Too many functions scheduled by this mutation (limit: ${limit})`,
  scheduledFunctionArgsBytes: (limit) =>
    `Too large total size of the arguments of scheduled functions from this mutation (limit: ${limit} bytes)`,
};

const WRITE_LIMITS: readonly LimitName[] = [
  "documentsWritten",
  "bytesWritten",
  "functionsScheduled",
  "scheduledFunctionArgsBytes",
];

/** How many files a mutation may read and write; Convex counts them, but does not refuse them. */
const FILE_LIMITS = {
  filesWritten: 10,
  fileWriteBytes: 16 * 1024 * 1024,
  filesRead: 10,
  fileReadBytes: 16 * 1024 * 1024,
} as const;

const NAMES = Object.keys(LIMITS) as LimitName[];

/** What one transaction has used of each limit. */
export class Usage {
  readonly used: Record<LimitName, number> = {
    documentsRead: 0,
    bytesRead: 0,
    documentsWritten: 0,
    bytesWritten: 0,
    databaseQueries: 0,
    functionsScheduled: 0,
    scheduledFunctionArgsBytes: 0,
  };

  /** What may be used in all, at this moment: a nested call may have less. */
  #limits: Readonly<Record<LimitName, number>> = LIMITS;

  /** Lowers the limits for a nested call, counted from now on; to be lifted by what is returned. */
  restrict(limits: Partial<Record<LimitName, number>>): () => void {
    const before = this.#limits;
    const lowered = { ...before };
    for (const name of NAMES) {
      const own = limits[name];
      if (typeof own === "number") lowered[name] = Math.min(before[name], this.used[name] + own);
    }
    this.#limits = lowered;
    return () => (this.#limits = before);
  }

  /** What was written so far, for `undoWrites`. */
  mark(): Partial<Record<LimitName, number>> {
    return Object.fromEntries(WRITE_LIMITS.map((name) => [name, this.used[name]]));
  }

  /** What was rolled back was not written; what was read, was. */
  undoWrites(mark: Partial<Record<LimitName, number>>): void {
    Object.assign(this.used, mark);
  }

  /** @throws when the limit is passed; the message names it as Convex does. */
  add(name: LimitName, amount: number): void {
    this.used[name] += amount;
    if (this.used[name] > this.#limits[name]) throw new Error(MESSAGES[name](this.#limits[name]));
  }

  /** In the shape of `getTransactionMetrics`. */
  metrics(): Record<string, { used: number; remaining: number }> {
    const metric = (used: number, limit: number) => ({ used, remaining: Math.max(0, limit - used) });
    const own = NAMES.map((name) => [name, metric(this.used[name], this.#limits[name])] as const);
    const files = Object.entries(FILE_LIMITS).map(([name, limit]) => [name, metric(0, limit)] as const);
    return Object.fromEntries([...own, ...files]);
  }
}
