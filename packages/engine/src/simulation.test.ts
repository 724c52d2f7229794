/**
 * Random scenarios, run once without and once with interruptions: slices of a few steps, crashes before and after effects,
 * everything read back from text. Both must end alike, and no write may happen twice without a person's retry.
 */
import {
  createEngineHost,
  createRandom,
  randomScenario,
  type EffectCall,
  type EffectScript,
  type RunReport,
} from "@patchbay/testkit";
import type { EffectOutcome } from "@patchbay/engine";
import { describe, expect, it } from "vitest";

const SEEDS = 2_000;

function hash(text: string): number {
  let value = 2_166_136_261;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 16_777_619);
  return value >>> 0;
}

/** What a service answers, decided by the operation alone: some fail at first, some always. */
function answer(call: EffectCall): EffectOutcome {
  const kind = hash(call.key) % 10;
  if (kind === 0) return { ok: false, error: { kind: "terminal", code: "refused", message: "no" } };
  if (kind <= 2 && call.delivered < kind) {
    return { ok: false, error: { kind: "retryable", code: "busy", message: "later", notPerformed: true } };
  }
  return { ok: true, output: { echo: call.input, key: call.key } };
}

const crashes = { lostBefore: 0, lostAfter: 0 };

function crashing(seed: number): EffectScript {
  const random = createRandom(seed ^ 0x5eed);
  const lost = new Map<string, number>();
  return (call) => {
    const before = lost.get(call.key) ?? 0;
    if (before >= 3 || !random.chance(0.25)) return answer(call);
    lost.set(call.key, before + 1);
    const crash = random.chance(0.5) ? "lostBefore" : "lostAfter";
    crashes[crash] += 1;
    return crash;
  };
}

/** What must not depend on interruptions. */
const essence = (report: RunReport) => ({
  outcome: report.outcome,
  error: report.error?.code ?? null,
  edges: report.edges,
  operations: report.operations.map(({ id, nodeId, bundlePath, state, input, output, error }) => {
    // Times differ: the interrupted run's clock went on further.
    return [id, nodeId, bundlePath, state, withoutTimes(input), withoutTimes(output), error?.code ?? null];
  }),
});

function withoutTimes(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value).replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "time")) as unknown;
}

function simulate(seed: number) {
  const random = createRandom(seed);
  const definition = randomScenario(random, { nodes: 4 + random.below(12) });
  const bundle = { n: random.below(8), items: Array.from({ length: random.below(4) }, (_, index) => index) };
  const calm = createEngineHost({ definition, effects: answer }).run(bundle);
  const steps = createRandom(seed + 1);
  const rough = createEngineHost({ definition, effects: crashing(seed), steps: () => 1 + steps.below(4) });
  const problems: string[] = [];
  let report = rough.run(bundle);
  let retries = 0;
  for (; report.outcome === "parked" && retries < 500; retries++) {
    if (retries === 0) problems.push(...repeatedWrites(report));
    report = rough.send({ kind: "retry" });
  }
  return { definition, calm, report, problems, retries };
}

/** Writes that took place more than once. */
function repeatedWrites(report: RunReport): string[] {
  const writes = report.performed.filter((effect) => effect.effect === "write").map((effect) => effect.key);
  return writes.filter((key, index) => writes.indexOf(key) !== index);
}

describe("a run that is interrupted anywhere", () => {
  it(`ends as one that is not, and writes at most once without being told to (${SEEDS} seeds)`, () => {
    const sizes: number[] = [];
    const outcomes = new Set<string>();
    let parked = 0;
    for (let seed = 1; seed <= SEEDS; seed++) {
      const { definition, calm, report, problems, retries } = simulate(seed);
      expect(problems, `seed ${seed}: writes performed twice`).toEqual([]);
      expect(essence(report), `seed ${seed}`).toEqual(essence(calm));
      sizes.push(definition.nodes.length);
      outcomes.add(report.outcome);
      parked += retries;
    }
    // The test is worth something only while it meets all of these.
    expect(sizes.sort((a, b) => a - b)[SEEDS / 2]).toBeGreaterThanOrEqual(8);
    expect(outcomes).toEqual(new Set(["succeeded", "failed"]));
    expect(parked).toBeGreaterThan(100);
    expect(crashes.lostBefore).toBeGreaterThan(100);
    expect(crashes.lostAfter).toBeGreaterThan(100);
  });
});
