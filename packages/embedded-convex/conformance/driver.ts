import type { Value } from "convex/values";

/** What the cases know of a deployment: enough to call it, nothing about how it runs. */
export interface Driver {
  /** Which of the two references this is; a case consults it only where they are known to differ. */
  readonly reference: "convex-test" | "wire";
  query(path: string, args?: Args, options?: CallOptions): Promise<Value>;
  mutation(path: string, args?: Args, options?: CallOptions): Promise<Value>;
  action(path: string, args?: Args, options?: CallOptions): Promise<Value>;
  /** Calls an internal function, as an administrator can. */
  internal(kind: "query" | "mutation" | "action", path: string, args: Args): Promise<Value>;
  /** A request to an HTTP action; `path` begins with a slash. */
  fetch(path: string, init?: RequestInit, options?: CallOptions): Promise<Response>;
  /** Waits until everything that was scheduled for now has run. */
  settle(done: () => Promise<boolean>): Promise<void>;
}

/** Arguments of a call; `undefined` fields are left out. */
export type Args = Record<string, Value | undefined>;

/** Who calls. */
export interface CallOptions {
  as?: { subject: string; [claim: string]: string };
}

/** What a case gets: a deployment, and a tag of its own for the rows that it writes. */
export interface CaseContext {
  driver: Driver;
  tag: string;
}

/** A case of the suite. */
export interface Case {
  name: string;
  /** Why convex-test is no reference for this case: what it does instead of what the backend does. */
  wireOnly?: string;
  run: (context: CaseContext) => Promise<void>;
}

/**
 * What an error has to say where the references differ. The backend's words are right, since it is what the application
 * runs on; `why` says what convex-test does instead.
 */
export interface DifferingMessage {
  wire: RegExp;
  convexTest: RegExp;
  why: string;
}

/** The expected message for the reference at hand. */
export function messageFor(driver: Driver, message: DifferingMessage): RegExp {
  return driver.reference === "wire" ? message.wire : message.convexTest;
}
