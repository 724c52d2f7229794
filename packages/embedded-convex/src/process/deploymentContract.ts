/** What a program that starts a deployment gives and gets. */
import type { SyncMode } from "../store/sqlite.ts";

export interface DeploymentOptions {
  /** The only folder that is written to; created if needed. */
  dataFolder: string;
  host: string;
  /** Port of the client API; 0 chooses one. */
  port: number;
  /** Port of HTTP actions; 0 chooses one. */
  sitePort: number;
  adminKey: string;
  /** Environment variables of functions that are never stored. */
  env?: Record<string, string>;
  /** `host:port` entries that functions may reach besides the public internet. */
  allowOutbound?: string[];
  /** Origin under which HTTP actions are reached from outside, if not `http://<host>:<sitePort>`. */
  publicSiteUrl?: string;
  /** Origin under which the client API is reached from outside. */
  publicCloudUrl?: string;
  /** Clients see messages, stacks and log lines of functions, as on Convex's development deployments; by default only their ids. */
  showErrors?: boolean;
  /** Origins of the web pages that may use the client API; all if it is not given. */
  allowOrigins?: readonly string[];
  /** How many proxies stand before the deployment, whose `X-Forwarded-For` names the caller; 0 by default: nobody's does. */
  trustedProxies?: number;
  sync?: SyncMode;
  /** A query or mutation may take this long, ms. */
  timeLimitMs?: number;
  actionWorkers?: number;
  /** An action that computes without a pause for this long is ended with its worker, ms. */
  actionHangLimitMs?: number;
  /** A worker of actions that has nothing to do ends after this time, ms. */
  actionIdleMs?: number;
  /** Of each worker; one that needs more is replaced, and the call that filled it fails. */
  heapLimitMb?: number;
  /** Reruns of costly live queries are this far apart, ms. */
  coalesceMs?: number;
}

/**
 * A function has caught the database's thread for good. The process must be replaced at once: nothing that waits for its threads,
 * such as `process.exit`, comes to an end.
 */
export class StuckError extends Error {
  override readonly name = "StuckError";

  constructor() {
    super("A function has caught the database's thread in the engine, and cannot be ended.");
  }
}

/** A running deployment. */
export interface RunningDeployment {
  cloudUrl: string;
  siteUrl: string;
  /** The ports that were bound. */
  ports: { port: number; sitePort: number };
  /** Ends all connections and closes the database. */
  stop(): Promise<void>;
  /** Rejects when the deployment cannot go on; the process should end then. */
  failed: Promise<never>;
}
