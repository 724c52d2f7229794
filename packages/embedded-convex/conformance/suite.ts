/**
 * The conformance suite: what a Convex deployment does, written once and run against two references. `convex-test` is the
 * specification, except where a case says that the real backend differs.
 */
import { randomUUID } from "node:crypto";
import { describe, it } from "vitest";
import { authCases } from "./cases/auth.ts";
import { componentCases } from "./cases/components.ts";
import { databaseCases } from "./cases/database.ts";
import { functionCases } from "./cases/functions.ts";
import { httpCases } from "./cases/http.ts";
import { nestingCases } from "./cases/nesting.ts";
import { orderingCases } from "./cases/ordering.ts";
import { pagingCases } from "./cases/paging.ts";
import { schedulingCases } from "./cases/scheduling.ts";
import { schemaCases } from "./cases/schema.ts";
import { searchCases } from "./cases/search.ts";
import { storageCases } from "./cases/storage.ts";
import type { Case, Driver } from "./driver.ts";

const groups: Record<string, readonly Case[]> = {
  functions: functionCases,
  schema: schemaCases,
  database: databaseCases,
  "ordering of values": orderingCases,
  paging: pagingCases,
  "nested calls": nestingCases,
  scheduling: schedulingCases,
  "text and vector search": searchCases,
  storage: storageCases,
  "HTTP actions": httpCases,
  auth: authCases,
  components: componentCases,
};

/** Declares the suite's tests. `getDriver` is called inside each test. */
export function conformanceSuite(reference: Driver["reference"], getDriver: () => Driver): void {
  for (const [group, cases] of Object.entries(groups)) {
    describe(group, () => {
      for (const { name, run, wireOnly } of cases) {
        const isSkipped = reference === "convex-test" && wireOnly !== undefined;
        it.skipIf(isSkipped)(name, () => run({ driver: getDriver(), tag: randomUUID() }));
      }
    });
  }
}
