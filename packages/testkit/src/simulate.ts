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

/**
 * What a service answers, decided by the operation alone: some fail at first, some always; some break the connection when the
 * effect has taken place, so that nobody knows of it.
 */
function answer(key: string, answered: number, input: JsonValue): EffectOutcome {
  const kind = hash(key) % 10;
  if (kind === 0) return { ok: false, error: { kind: "terminal", code: "refused", message: "no" } };
  if (kind <= 2 && answered < kind) {
    return { ok: false, error: { kind: "retryable", code: "busy", message: "later", notPerformed: true } };
  }
  if (kind === 3 && answered === 0) {
    return { ok: false, error: { kind: "retryable", code: "connection_broken", message: "gone" } };
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
  error: unknown;
  edges: RunReport["edges"];
  operations: { id: number; key: string; ended: unknown }[];
  returned: unknown;
  calls: { key: string; inputs: unknown; run: Essence | null }[];
}

const keyOf = ({ nodeId, bundlePath }: { nodeId: number; bundlePath: string }) => `${nodeId}:${bundlePath}`;

/** What must not depend on faults. Times differ: the fragile host's clock went on further. */
const essence = (report: RunReport | FragileReport): Essence => ({
  outcome: report.outcome,
  error: report.error && [report.error.code, report.error.nodeId ?? null, report.error.bundlePath ?? null],
  edges: report.edges,
  operations: report.operations.map(({ state, input, output, error, ...operation }) => {
    const ended = [state, withoutTimes(input), withoutTimes(output), error?.code ?? null];
    return { id: operation.id, key: keyOf(operation), ended };
  }),
  returned: withoutTimes(report.returned),
  calls: report.calls.map(({ command, report }) => ({
    key: `${keyOf(command)}, attempt ${command.attempt}`,
    inputs: withoutTimes(command.inputs),
    run: report && essence(report),
  })),
});

/**
 * Of a run with lanes, what must not depend on them either: everything but the order in which operations of different bundles began and
 * ended. Of one that ended before its last bundle, what came before that end: later bundles may have begun in lanes.
 */
function inOrder(run: Essence, like: Essence, scenario: { definition: Definition; scenarios: Scenarios }): Essence {
  const { definition, scenarios } = scenario;
  const early = endsEarly(definition, like);
  const calls = sortLike(run.calls, like.calls, early).map((call) => {
    const expected = like.calls.find(({ key }) => key === call.key)?.run;
    const called = scenarios[calledBy(definition, call.key)];
    if (!call.run || !expected || !called) return call;
    return { ...call, run: inOrder(call.run, expected, { definition: called, scenarios }) };
  });
  const operations = sortLike(run.operations, like.operations, early).map((operation) => ({ ...operation, id: 0 }));
  return { ...run, edges: early ? {} : run.edges, operations, calls };
}

type Scenarios = Record<string, Definition>;

/** In the order of `like`; with `early`, without what is not there at all. */
function sortLike<Item extends { key: string }>(items: Item[], like: readonly Item[], early: boolean): Item[] {
  const places = new Map<string, number>();
  for (const { key } of like) if (!places.has(key)) places.set(key, places.size);
  const placeOf = ({ key }: Item) => places.get(key) ?? places.size;
  return items.filter(({ key }) => !early || places.has(key)).sort((a, b) => placeOf(a) - placeOf(b));
}

function calledBy({ nodes }: Definition, key: string): string {
  const scenarioId = nodes.find(({ id }) => key.startsWith(`${id}:`))?.config.scenarioId;
  return typeof scenarioId === "string" ? scenarioId : "";
}

const ends: ReadonlySet<string> = new Set(["error.commit", "error.rollback", "tools.stop"]);

/** Whether the run ended before it had come to its last bundle. */
function endsEarly(definition: Definition, { outcome, operations }: Essence): boolean {
  const ending = new Set(definition.nodes.filter(({ type }) => ends.has(type)).map(({ id }) => String(id)));
  return outcome === "failed" || operations.some(({ key }) => ending.has(key.split(":")[0] ?? ""));
}

/** The same scenario, its bundles processed one after the other. */
function withoutLanes<Of>(definition: Of): Of {
  return JSON.parse(withoutCounts(JSON.stringify(definition))) as Of;
}

const withoutCounts = (text: string) => text.replace(/"concurrency":\d+/g, '"concurrency":1');

function withoutTimes(value: unknown): unknown {
  const text = JSON.stringify(value).replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "time");
  return JSON.parse(withoutCounts(text)) as unknown;
}

export interface Simulated {
  nodes: number;
  retries: number;
  problems: string[];
  /** Attempts and calls that were with the fragile host at the same time, at most. */
  mostInFlight: number;
  calm: Essence;
  fragile: Essence;
}

/** Scenarios to be called; one of them calls the other. */
function randomCallees(random: Random): Record<string, Definition> {
  const inner = randomScenario(random, { nodes: 2 + random.below(3) });
  const outer = randomScenario(random, { nodes: 2 + random.below(3), callees: ["inner"] });
  return { inner, outer };
}

/**
 * One scenario, decided by the seed alone, on a host that never fails with its bundles one after the other, and on one that fails, with lanes.
 * `calm` and `fragile` must be equal, and `problems` empty.
 */
export function simulate(seed: number, tally: FaultTally = createFaultTally()): Simulated {
  const random = createRandom(seed);
  const scenarios = randomCallees(random);
  const callees = Object.keys(scenarios);
  const definition = randomScenario(random, { nodes: 4 + random.below(12), callees });
  const bundle = { n: random.below(8), items: Array.from({ length: random.below(6) }, (_, index) => index) };
  const sequential = withoutLanes({ definition, scenarios });
  const hasLanes = JSON.stringify(sequential) !== JSON.stringify({ definition, scenarios });
  const host = createEngineHost({
    ...sequential,
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
  const expected = essence(calm);
  const compared = (run: Essence) => (hasLanes ? inOrder(run, expected, { definition, scenarios }) : run);
  return {
    nodes: definition.nodes.length,
    retries: fragile.retries,
    problems: fragile.problems,
    mostInFlight: fragile.mostInFlight,
    calm: compared(expected),
    fragile: compared(essence(fragile)),
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
