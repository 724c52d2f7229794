import { expect, it } from "vitest";
import { expectLoopingPushToFail, expectProcessToReplaceItself, isolationSuite } from "./suite.ts";

const FATAL = ["loop", "microtasks", "regex", "objects", "strings", "bytes", "map", "logs", "recursion"] as const;
const KINDS = ["query", "mutation", "action", "nodeAction", "http"] as const;
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
  // More than a deployment would bear that gave up after so many ends of its threads.
  loopsAfterwards: [1, 2, 3].flatMap(() => [
    ...KINDS.flatMap((kind) => [[kind, "afterwards"] as const, [kind, "chain"] as const]),
    ["query", "chain"],
    ["mutation", "chain"],
    ["mutation", "chain"],
  ]),
});

it("gives up a push whose modules loop", { timeout: 90_000 }, async () => {
  await expectLoopingPushToFail();
  expect.hasAssertions();
});

it("replaces the process when a thread cannot be ended", { timeout: 90_000 }, async () => {
  await expectProcessToReplaceItself();
  expect.hasAssertions();
});
