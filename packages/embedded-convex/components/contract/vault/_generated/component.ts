/* eslint-disable */
/**
 * Generated `ComponentApi` utility.
 *
 * THIS CODE IS AUTOMATICALLY GENERATED.
 *
 * To regenerate, run `npx convex dev`.
 * @module
 */

import type { FunctionReference } from "convex/server";

/**
 * A utility for referencing a Convex component's exposed API.
 *
 * Useful when expecting a parameter like `components.myComponent`.
 * Usage:
 * ```ts
 * async function myFunction(ctx: QueryCtx, component: ComponentApi) {
 *   return ctx.runQuery(component.someFile.someQuery, { ...args });
 * }
 * ```
 */
export type ComponentApi<Name extends string | undefined = string | undefined> =
  {
    about: {
      actionEnvironment: FunctionReference<"action", "internal", {}, any, Name>;
      actionMetadata: FunctionReference<"action", "internal", {}, any, Name>;
      environment: FunctionReference<"query", "internal", {}, any, Name>;
      metadata: FunctionReference<"query", "internal", {}, any, Name>;
      token: FunctionReference<
        "mutation",
        "internal",
        { claims?: any; expiresInSeconds: number },
        string,
        Name
      >;
      whoCalls: FunctionReference<"query", "internal", {}, any, Name>;
    };
    files: {
      look: FunctionReference<"query", "internal", { id: string }, any, Name>;
      read: FunctionReference<"action", "internal", { id: string }, any, Name>;
      remove: FunctionReference<
        "mutation",
        "internal",
        { id: string },
        null,
        Name
      >;
      store: FunctionReference<
        "action",
        "internal",
        { text: string },
        any,
        Name
      >;
      uploadUrl: FunctionReference<"mutation", "internal", {}, any, Name>;
    };
    handles: {
      call: FunctionReference<
        "mutation",
        "internal",
        { handle: string; tag: string; text: string },
        any,
        Name
      >;
      callFromAction: FunctionReference<
        "action",
        "internal",
        { handle: string; tag: string; text: string },
        any,
        Name
      >;
      cancel: FunctionReference<
        "mutation",
        "internal",
        { id: string },
        null,
        Name
      >;
      create: FunctionReference<"query", "internal", {}, any, Name>;
      job: FunctionReference<"query", "internal", { id: string }, any, Name>;
      jobs: FunctionReference<"query", "internal", {}, any, Name>;
      schedule: FunctionReference<
        "mutation",
        "internal",
        { handle: string; tag: string; text: string; delayMs: number },
        any,
        Name
      >;
      scheduleAction: FunctionReference<
        "mutation",
        "internal",
        { tag: string; text: string; delayMs: number },
        any,
        Name
      >;
      scheduleCancelSelf: FunctionReference<
        "mutation",
        "internal",
        { tag: string },
        any,
        Name
      >;
      scheduleOwn: FunctionReference<
        "mutation",
        "internal",
        { tag: string; text: string; delayMs: number },
        any,
        Name
      >;
    };
    notes: {
      add: FunctionReference<
        "mutation",
        "internal",
        { tag: string; text: string; fail?: "error" | "data" },
        string,
        Name
      >;
      addAndLeave: FunctionReference<
        "mutation",
        "internal",
        { tag: string },
        null,
        Name
      >;
      addBoth: FunctionReference<
        "mutation",
        "internal",
        {
          tag: string;
          text: string;
          failInside: boolean;
          catchInside: boolean;
        },
        null,
        Name
      >;
      change: FunctionReference<
        "mutation",
        "internal",
        { id: string; how: "patch" | "replace" | "delete" },
        null,
        Name
      >;
      check: FunctionReference<"query", "internal", { id: string }, null, Name>;
      entries: FunctionReference<
        "query",
        "internal",
        { tag: string },
        Array<string>,
        Name
      >;
      get: FunctionReference<"query", "internal", { id: string }, any, Name>;
      insertMany: FunctionReference<
        "mutation",
        "internal",
        { tag: string; count: number },
        null,
        Name
      >;
      list: FunctionReference<
        "query",
        "internal",
        { tag: string },
        Array<string>,
        Name
      >;
      page: FunctionReference<
        "query",
        "internal",
        { cursor: string | null },
        any,
        Name
      >;
    };
    ticking: {
      count: FunctionReference<
        "query",
        "internal",
        { kind: string },
        any,
        Name
      >;
    };
  };
