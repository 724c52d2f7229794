/** One case of each kind; `isolation.long.ts` has all. */
import { isolationSuite } from "./suite.ts";

isolationSuite({
  fatal: [
    ["query", "loop"],
    ["mutation", "bytes"],
    ["action", "objects"],
  ],
  leftBehind: [["mutation", "throwLater"]],
  loopsAfterwards: [],
});
