import { beforeEach, describe } from "vitest";
import { createConvexTestDriver } from "./convexTestDriver.ts";
import type { Driver } from "./driver.ts";
import { conformanceSuite } from "./suite.ts";

let driver: Driver;

beforeEach(() => {
  driver = createConvexTestDriver();
});

describe("convex-test", () => {
  conformanceSuite("convex-test", () => driver);
});
