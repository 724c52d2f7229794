/** The credentials of the node's connection, decrypted for this operation only. */
export interface ActionConnection {
  /** `"http.bearer"`. */
  type: string;
  values: Record<string, string>;
}

/** What an action may use beside its input. Everything that reaches the world comes from here. */
export interface ActionContext {
  /** Guarded by the host: refuses addresses that the deployment does not allow. */
  fetch: typeof fetch;
  /** Aborted when the operation's time is over or the run is stopped. */
  signal: AbortSignal;
  connection?: ActionConnection;
  /** The same for every attempt at this operation, and for no other. */
  idempotencyKey: string;
  /** Unix time in milliseconds. */
  nowMs(): number;
}
