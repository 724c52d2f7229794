/**
 * The conformance suite: what a Convex deployment does, written once and run against two references. `convex-test` is the
 * specification, except where a case says that the real backend differs. Every file in `cases/` exports lists of cases.
 */
import { randomUUID } from "node:crypto";
import { readdirSync } from "node:fs";
import { describe, it } from "vitest";
import type { Case, Driver } from "./driver.ts";

const folder = new URL("./cases/", import.meta.url);

/** All cases by the name of their file. */
export const groups: ReadonlyMap<string, readonly Case[]> = new Map(
  await Promise.all(
    readdirSync(folder)
      .filter((name) => name.endsWith(".ts"))
      .sort()
      .map(async (name) => {
        const exported = (await import(/* @vite-ignore */ new URL(name, folder).pathname)) as Record<string, unknown>;
        return [name.replace(/\.ts$/, ""), Object.values(exported).flat() as Case[]] as const;
      }),
  ),
);

/** Declares the suite's tests. `getDriver` is called inside each test. */
export function conformanceSuite(reference: Driver["reference"], getDriver: () => Driver): void {
  for (const [group, cases] of groups) {
    describe(group, () => {
      for (const { name, run, wireOnly } of cases) {
        const isSkipped = reference === "convex-test" && wireOnly !== undefined;
        it.skipIf(isSkipped)(name, () => run({ driver: getDriver(), tag: randomUUID() }));
      }
    });
  }
}
