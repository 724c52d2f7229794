/** Random scenarios on a fragile host, compared with the same scenarios on one that never fails. */
import { createEngineHost, type AnswerScript, type RunReport } from "./engineHost.ts";
import { createFaultTally, runFragile, type Act, type FaultTally, type FragileReport } from "./fragileHost.ts";
import { createRandom, type Random } from "./random.ts";
import { randomScenario } from "./randomScenario.ts";
import type { Definition, JsonValue } from "@patchbay/core";
import type { EffectOutcome } from "@patchbay/engine";

function hash(text: string): number {
  let value = 2_166_136_261;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 16_777_619);
  return value >>> 0;
}

/** What a service answers, decided by the operation alone: some fail at first, some always. */
function answer(key: string, answered: number, input: JsonValue): EffectOutcome {
  const kind = hash(key) % 10;
  if (kind === 0) return { ok: false, error: { kind: "terminal", code: "refused", message: "no" } };
  if (kind <= 2 && answered < kind) {
    return { ok: false, error: { kind: "retryable", code: "busy", message: "later", notPerformed: true } };
  }
  return { ok: true, output: { echo: input, key } };
}

/** Who answers a Wait node, decided by the operation alone. */
const answerScript: AnswerScript = (key, { input }): ReturnType<AnswerScript> => {
  const kind = hash(`answer ${key}`) % 4;
  if (kind === 0) return "nobody";
  if (kind === 1) return "skip";
  if (input.kind === "event") return { body: { key } };
  return { decision: "approved", fields: { key }, comment: "" };
};

interface Essence {
  outcome: string;
  error: string | null;
  edges: RunReport["edges"];
  operations: unknown[];
  returned: unknown;
  calls: { inputs: unknown; run: Essence | null }[];
}

/** What must not depend on faults. Times differ: the fragile host's clock went on further. */
const essence = (report: RunReport | FragileReport): Essence => ({
  outcome: report.outcome,
  error: report.error?.code ?? null,
  edges: report.edges,
  operations: report.operations.map(({ id, nodeId, bundlePath, state, input, output, error }) => {
    return [id, nodeId, bundlePath, state, withoutTimes(input), withoutTimes(output), error?.code ?? null];
  }),
  returned: withoutTimes(report.returned),
  calls: report.calls.map(({ command, report }) => ({
    inputs: withoutTimes(command.inputs),
    run: report && essence(report),
  })),
});

function withoutTimes(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value).replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "time")) as unknown;
}

export interface Simulated {
  nodes: number;
  retries: number;
  problems: string[];
  calm: Essence;
  fragile: Essence;
}

/** Scenarios to be called; one of them calls the other. */
function randomCallees(random: Random): Record<string, Definition> {
  const inner = randomScenario(random, { nodes: 2 + random.below(3) });
  const outer = randomScenario(random, { nodes: 2 + random.below(3), callees: ["inner"] });
  return { inner, outer };
}

/** One scenario, decided by the seed alone. `calm` and `fragile` must be equal, and `problems` empty. */
export function simulate(seed: number, tally: FaultTally = createFaultTally()): Simulated {
  const random = createRandom(seed);
  const scenarios = randomCallees(random);
  const callees = Object.keys(scenarios);
  const definition = randomScenario(random, { nodes: 4 + random.below(12), callees });
  const bundle = { n: random.below(8), items: Array.from({ length: random.below(4) }, (_, index) => index) };
  const host = createEngineHost({
    definition,
    scenarios,
    effects: ({ key, delivered, input }) => answer(key, delivered, input),
    answers: answerScript,
    random: () => 0.5,
  });
  let calm = host.run(bundle);
  for (let retries = 0; calm.outcome === "parked" && retries < 50; retries++) calm = host.send({ kind: "retry" });
  const rough = createRandom(seed ^ 0x5eed);
  const fragile = runFragile({
    definition,
    scenarios,
    bundle,
    random: rough,
    faultRate: 0.35,
    answer,
    answers: answerScript,
    tally,
  });
  return {
    nodes: definition.nodes.length,
    retries: fragile.retries,
    problems: fragile.problems,
    calm: essence(calm),
    fragile: essence(fragile),
  };
}

export interface SimulatedPersons {
  problems: string[];
  acts: Record<Act, number>;
  outcome: FragileReport["outcome"];
}

/** One scenario whose runs break off, and persons who do anything they may with them, beside every fault of the host. */
export function simulatePersons(seed: number, tally: FaultTally = createFaultTally()): SimulatedPersons {
  const random = createRandom(seed);
  const definition = randomScenario(random, { nodes: 4 + random.below(12), breaks: true });
  const bundle = { n: random.below(8), items: Array.from({ length: random.below(4) }, (_, index) => index) };
  const rough = createRandom(seed ^ 0xdec1de);
  const options = { definition, bundle, random: rough, faultRate: 0.3, answer, tally, persons: "anything" as const };
  const { problems, acts, outcome } = runFragile(options);
  return { problems, acts, outcome };
}
