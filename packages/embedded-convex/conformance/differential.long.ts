/**
 * The same random operations on both references, which have to agree on every answer. Filters are left out: convex-test
 * compares raw JavaScript values there, the backend Convex's order (`src/values` tests that against `compareValues`).
 */
import { randomUUID } from "node:crypto";
import type { Value } from "convex/values";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { convexValues } from "../src/values/testValues.ts";
import { copyApp, deploy } from "../test/cli.ts";
import type { AppCopy } from "../test/cli.ts";
import { Deployment } from "../test/deployment.ts";
import { createTokenIssuer } from "../test/tokens.ts";
import { createConvexTestDriver } from "./convexTestDriver.ts";
import type { Driver } from "./driver.ts";
import { createWireDriver } from "./wireDriver.ts";

const RUNS = 100;

let deployment: Deployment;
let app: AppCopy;
let wire: Driver;

beforeAll(async () => {
  const issuer = await createTokenIssuer();
  [deployment, app] = await Promise.all([
    Deployment.start({ functionEnv: issuer.env }),
    copyApp(new URL("./app/", import.meta.url)),
  ]);
  await deploy(deployment, app);
  wire = createWireDriver(deployment, issuer);
});

afterAll(async () => {
  await deployment?.dispose();
  await app?.dispose();
});

/** An operation; `row` counts the rows inserted so far, modulo their number. */
type Operation =
  | { kind: "insert"; value: Value }
  | { kind: "patch" | "replace"; row: number; value: Value }
  | { kind: "clear" | "remove" | "get"; row: number }
  | { kind: "order"; order: "asc" | "desc" }
  | { kind: "range"; bounds: Record<string, Value> }
  | { kind: "equal"; value: Value }
  | { kind: "pages"; numItems: number };

// Few different values, so that ranges and equalities meet stored ones; and, now and then, any value at all.
const values = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom<Value>(null, 0, -0, 1, 2n, true, "a", "a\0", "b", [1], { a: 1 }, new ArrayBuffer(1)),
  },
  { weight: 1, arbitrary: convexValues },
);
const rows = fc.nat({ max: 30 });
const bounds = fc.oneof(
  fc.record({ above: values, to: values }, { requiredKeys: [] }),
  fc.record({ from: values, below: values }, { requiredKeys: [] }),
);

const operations: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("insert" as const), value: values }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom("patch" as const, "replace" as const), row: rows, value: values }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom("clear" as const, "remove" as const, "get" as const), row: rows }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("order" as const),
      order: fc.constantFrom("asc" as const, "desc" as const),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("range" as const), bounds }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("equal" as const), value: values }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("pages" as const), numItems: fc.integer({ min: 1, max: 5 }) }),
  },
);

/** What the operations answer, with everything left out that may differ: ids, times and the texts of errors. */
async function answers(driver: Driver, steps: readonly Operation[]): Promise<unknown[]> {
  const tag = randomUUID();
  const ids: string[] = [];
  const results: unknown[] = [];
  for (const step of steps) {
    const result = await perform(driver, tag, ids, step).catch(() => "refused");
    results.push(result);
  }
  return results;
}

async function perform(driver: Driver, tag: string, ids: string[], step: Operation): Promise<unknown> {
  const id = "row" in step ? ids[step.row % ids.length] : undefined;
  if ("row" in step && id === undefined) return "no rows yet";
  switch (step.kind) {
    case "insert":
      ids.push((await driver.mutation("items:insert", { tag, value: step.value, rank: ids.length })) as string);
      return "inserted";
    case "patch":
      return await driver.mutation("items:patch", { id, fields: { value: step.value } });
    case "replace":
      return await driver.mutation("items:replace", { id, fields: { tag, value: step.value, rank: ids.indexOf(id!) } });
    case "clear":
      return await driver.mutation("items:clearValue", { id });
    case "remove":
      return await driver.mutation("items:remove", { id });
    case "get": {
      const doc = (await driver.query("items:get", { id })) as Record<string, Value> | null;
      return doc && { rank: doc.rank, value: doc.value };
    }
    case "order":
      return await driver.query("items:inOrder", { tag, order: step.order });
    case "range":
      return await driver.query("items:inRange", { tag, ...step.bounds });
    case "equal":
      return await driver.query("items:equalTo", { tag, value: step.value });
    case "pages":
      return await allPages(driver, tag, step.numItems);
  }
}

async function allPages(driver: Driver, tag: string, numItems: number): Promise<unknown[]> {
  const pages: unknown[] = [];
  for (let cursor: string | null = null; ;) {
    const result = await driver.query("items:page", { tag, paginationOpts: { cursor, numItems } });
    const { page, isDone, continueCursor } = result as { page: number[]; isDone: boolean; continueCursor: string };
    pages.push(...page);
    if (isDone) return pages;
    cursor = continueCursor;
  }
}

describe("convex-test and the embedded deployment", () => {
  it("agree on random operations", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(operations, { minLength: 10, maxLength: 40, size: "max" }), async (steps) => {
        expect(await answers(wire, steps)).toEqual(await answers(createConvexTestDriver(), steps));
      }),
      { numRuns: RUNS, endOnFailure: false },
    );
  });
});
