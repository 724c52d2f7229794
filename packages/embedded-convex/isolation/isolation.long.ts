import { expect, it } from "vitest";
import { expectLoopingPushToFail, expectProcessToReplaceItself, isolationSuite } from "./suite.ts";

const FATAL = ["loop", "microtasks", "regex", "objects", "strings", "bytes", "map", "logs", "recursion"] as const;
const LEFT_BEHIND = ["rejection", "throwLater", "throwMuchLater", "listener"] as const;

isolationSuite({
  fatal: [
    ...FATAL.flatMap((name) => [["query", name] as const, ["mutation", name] as const]),
    ...(["loop", "microtasks", "regex", "objects", "bytes"] as const).flatMap((name) => [
      ["action", name] as const,
      ["nodeAction", name] as const,
      ["http", name] as const,
    ]),
  ],
  leftBehind: LEFT_BEHIND.flatMap((name) => [
    ["query", name] as const,
    ["mutation", name] as const,
    ["action", name] as const,
  ]),
  // Not yet a query's or an action's: behind all of the above they sometimes hang the deployment; alone they do not.
  afterwards: ["mutation"],
});

it("gives up a push whose modules loop", { timeout: 90_000 }, async () => {
  await expectLoopingPushToFail();
  expect.hasAssertions();
});

it("replaces the process when a thread cannot be ended", { timeout: 90_000 }, async () => {
  await expectProcessToReplaceItself();
  expect.hasAssertions();
});
