/**
 * Random schemas and operations on both references, which have to agree on every answer.
 *
 * Case number n of a run is drawn from the seed `run seed + n` alone, so a case that fails can be drawn again by its own seed.
 */
import { convexToJson, type Value } from "convex/values";
import fc from "fast-check";
import { type DifferentialCase, differentialCases } from "./generators.ts";
import type { CaseState } from "./operations.ts";
import { convexTestReference, EmbeddedReference, type RunCall } from "./references.ts";

/** Cases whose schemas are pushed together. */
const BATCH = 100;
const MAX_SHRINKS = 2000;

/** What to run. */
export interface DifferentialRun {
  /** The seed of the first case; the others follow. */
  seed: number;
  cases: number;
}

/** Figures of a run that found no difference. */
export interface DifferentialReport {
  cases: number;
  /** By kind of operation (of calls from outside, not of nested ones): how many there were, and how many both references refused. */
  operations: Record<string, { count: number; refused: number }>;
}

/** Runs the cases. @throws an Error with the seed and a minimal reproduction of the first case in which the references differ. */
export async function runDifferential({ seed, cases }: DifferentialRun): Promise<DifferentialReport> {
  const embedded = await EmbeddedReference.create();
  const report: DifferentialReport = { cases: 0, operations: {} };
  try {
    for (let start = 0; start < cases; start += BATCH) {
      const seeds = Array.from({ length: Math.min(BATCH, cases - start) }, (_, offset) => seed + start + offset);
      const drawn = seeds.map(drawCase);
      const runs = await embedded.push(drawn.map(({ tables }) => tables));
      for (const [number, one] of drawn.entries()) {
        const difference = await compare(one, runs[number]!, report.operations);
        if (difference !== null) throw await minimalFailure(embedded, seeds[number]!);
        report.cases += 1;
      }
    }
  } finally {
    await embedded.dispose();
  }
  return report;
}

/** The case of a seed. */
function drawCase(seed: number): DifferentialCase {
  return fc.sample(differentialCases, { seed, numRuns: 1 })[0]!;
}

/** Makes the case of a seed as small as it still fails. */
async function minimalFailure(embedded: EmbeddedReference, seed: number): Promise<Error> {
  let shrinks = 0;
  const property = fc.asyncProperty(differentialCases, async (one) => {
    // Enough is enough: from here on everything passes, and the smallest case so far is the answer.
    if (shrinks++ > MAX_SHRINKS) return;
    const [run] = await embedded.push([one.tables]);
    const difference = await compare(one, run!, {});
    if (difference !== null) throw new Error(difference);
  });
  const details = await fc.check(property, { seed, numRuns: 1 });
  const smallest = details.counterexample?.[0];
  const reproduction = smallest === undefined ? "(it did not fail again)" : show(smallest);
  const difference = details.errorInstance instanceof Error ? details.errorInstance.message : "";
  return new Error(
    `The references differ. Run this case alone with DIFFERENTIAL_SEED=${seed} DIFFERENTIAL_CASES=1.\n` +
      `${difference}\nSmallest case found:\n${reproduction}`,
  );
}

/** Runs a case on both references; what they differ in, or null. Counts the operations. */
async function compare(
  { tables, calls }: DifferentialCase,
  runEmbedded: RunCall,
  counts: DifferentialReport["operations"],
): Promise<string | null> {
  const runReference = convexTestReference(tables);
  let expectedState = emptyState();
  let actualState = emptyState();
  for (const [number, call] of calls.entries()) {
    const expected = await runReference(call, expectedState);
    const actual = await runEmbedded(call, actualState);
    expectedState = expected.state;
    actualState = actual.state;
    for (const [position, operation] of call.operations.entries()) {
      const result = expected.results[position] ?? null;
      const [wanted, got] = [canonical(result), canonical(actual.results[position] ?? null)];
      const count = (counts[operation.kind] ??= { count: 0, refused: 0 });
      count.count += 1;
      if (result === "refused") count.refused += 1;
      if (wanted === got) continue;
      const where = `Call ${number}, operation ${position}: ${show(operation)}`;
      return `${where}\nconvex-test: ${wanted}\nembedded:    ${got}`;
    }
  }
  return null;
}

function emptyState(): CaseState {
  return { ids: [], tables: [], times: [], lists: [] };
}

/** Text that is equal for equal values: Convex's JSON with sorted fields. */
function canonical(value: Value): string {
  return JSON.stringify(convexToJson(value), (_key, item: unknown) =>
    typeof item === "object" && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([left], [right]) => (left < right ? -1 : 1)))
      : item,
  );
}

function show(value: unknown): string {
  return fc.stringify(value);
}
