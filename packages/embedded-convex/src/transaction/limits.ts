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

const DESCRIPTIONS: Record<LimitName, string> = {
  documentsRead: "Too many documents read in a single function execution",
  bytesRead: "Too many bytes read in a single function execution",
  documentsWritten: "Too many documents written in a single function execution",
  bytesWritten: "Too many bytes written in a single function execution",
  databaseQueries: "Too many reads in a single function execution",
  functionsScheduled: "Too many functions scheduled by this mutation",
  scheduledFunctionArgsBytes: "Too large total size of the arguments of scheduled functions from this mutation",
};

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

  /** @throws when the limit is passed; the message names it as Convex does. */
  add(name: LimitName, amount: number): void {
    this.used[name] += amount;
    if (this.used[name] > LIMITS[name]) {
      throw new Error(
        `${DESCRIPTIONS[name]} (limit: ${LIMITS[name]}). Consider using smaller limits in your queries, paginating your queries, or using indexed queries with a selective index range expressions.`,
      );
    }
  }

  /** In the shape of `getTransactionMetrics`. */
  metrics(): Record<LimitName, { used: number; remaining: number }> {
    const entries = (Object.keys(LIMITS) as LimitName[]).map((name) => {
      const used = this.used[name];
      return [name, { used, remaining: Math.max(0, LIMITS[name] - used) }] as const;
    });
    return Object.fromEntries(entries) as Record<LimitName, { used: number; remaining: number }>;
  }
}
