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
  /**
   * The operations that it covers, by their names in `listOperations`; `*` stands for any part of a name. The coverage test
   * fails for names that do not exist, and for operations that no case covers.
   */
  covers?: readonly string[];
  /** The case does not run on convex-test: why that is no reference for it. */
  wireOnly?: string;
  /** The case runs on both references and expects different answers of them. */
  differs?: Difference;
  run: (context: CaseContext) => Promise<void>;
}

/** Where the references have to differ. */
export interface Difference {
  /** Which of them does what Convex's own backend does. */
  right: "wire" | "convex-test";
  /** What the other one does, and why it cannot be the same. */
  why: string;
}

/** For cases that look at the words of errors. */
export const OTHER_WORDS: Difference = {
  right: "wire",
  why: "convex-test has error texts of its own, without path, value and validator",
};

/** What an error has to say on each reference. */
export interface ErrorTexts {
  wire: RegExp | string;
  convexTest: RegExp | string;
}

/** The expected message for the reference at hand. */
export function messageFor(driver: Driver, message: ErrorTexts): RegExp | string {
  return driver.reference === "wire" ? message.wire : message.convexTest;
}
