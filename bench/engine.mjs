// The interpreter alone, in memory: formulas per second, pure operations per second through `advance`, and one long run
// in slices. Seconds are of CPU time, those of slices and of resuming on the wall.
//   node bench/engine.mjs [--bundles 100000] [--seconds 1] [--json]
// Prints one JSON line, last.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { manifestCatalog } from "@patchbay/catalog/manifests";
import { findAction } from "@patchbay/catalog/runtime";
import {
  compileConfig,
  compileFilter,
  compileTemplate,
  evaluateConfig,
  evaluateFilter,
  evaluateTemplate,
} from "@patchbay/core";
import { advance, compilePlan, createState, packState, unpackState } from "@patchbay/engine";

const { values: options } = parseArgs({
  options: {
    bundles: { type: "string", default: "100000" },
    seconds: { type: "string", default: "1" },
    json: { type: "boolean", default: false },
  },
});
const measureMs = Number(options.seconds) * 1_000;
const NOW_MS = 1_773_480_413_000;

/** CPU milliseconds of this process: on a busy machine the clock on the wall says little. */
function cpuMs() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/** Calls of `run` per second of CPU time, warmed up. */
function perSecond(run, callsPerRun = 1) {
  const warmUntil = cpuMs() + measureMs / 2;
  while (cpuMs() < warmUntil) for (let index = 0; index < 20; index++) run();
  let calls = 0;
  const startMs = cpuMs();
  let elapsedMs = 0;
  while (elapsedMs < measureMs) {
    for (let index = 0; index < 200; index++) run();
    calls += 200 * callsPerRun;
    elapsedMs = cpuMs() - startMs;
  }
  return Math.round((calls * 1_000) / elapsedMs);
}

/** Ports that give each pure node its input back: what is left is the engine and the formulas. */
const plainPorts = {
  nowMs: NOW_MS,
  random: () => 0.5,
  runPure: (_type, _version, input) => ({ ok: true, value: input }),
  checkInput: (_type, _version, input) => ({ ok: true, value: input }),
};

/** The ports of a real host: inputs are checked against the integrations' schemas. */
const catalogPorts = {
  ...plainPorts,
  runPure: (type, version, input) => ({ ok: true, value: findAction(type, version).runPure(input) }),
  checkInput: (type, version, input) => ({ ok: true, value: findAction(type, version).parseInput(input) }),
};

function measureFormulas() {
  const body = { name: "Ada", total: 120.5, items: [{ title: "Pen" }, { title: "Book" }], at: "2026-03-14T09:26:53Z" };
  const bundle = { body };
  const scope = {
    getBundle: (nodeId) => (nodeId === 1 ? bundle : undefined),
    nowMs: NOW_MS,
    timeZone: "Europe/Prague",
  };
  const formulas = {
    reference: "{{1.body.name}}",
    arithmetic: "{{1.body.total * 1.2 + 3}}",
    text: "{{1.body.name}} owes {{1.body.total}} for {{length(1.body.items)}}",
    condition: "{{if(1.body.total > 100; upper(1.body.name); lower(1.body.name))}}",
    list: '{{join(1.body.items[].title; ", ")}}',
    pattern: String.raw`{{replace(1.body.name; "/[aeiou]/g"; "_")}}`,
    formatDate: '{{formatDate(1.body.at; "DD.MM.YYYY HH:mm")}}',
    sha256: "{{sha256(1.body.name)}}",
    uuid: "{{uuid}}",
  };
  const results = {};
  for (const [name, text] of Object.entries(formulas)) {
    const template = compileTemplate(text);
    const result = evaluateTemplate(template, scope);
    if (!result.ok) throw new Error(`${name}: ${result.error.message}`);
    results[name] = perSecond(() => evaluateTemplate(template, scope));
  }
  const variables = Object.values(formulas)
    .slice(0, 4)
    .map((value, index) => ({ name: `v${index}`, value }));
  const config = compileConfig({ variables });
  const left = "{{1.body.total}}";
  const filter = compileFilter({ conditions: [[{ left, operator: "greaterThan", right: "100" }]] });
  results.configOfFourValues = perSecond(() => evaluateConfig(config, scope));
  results.filter = perSecond(() => evaluateFilter(filter, scope));
  results.compileConfigOfFourValues = perSecond(() => compileConfig({ variables }));
  return results;
}

function compile(definition) {
  const compiled = compilePlan(definition, manifestCatalog);
  if (!compiled.ok) throw new Error(compiled.issues.map(({ message }) => message).join(" "));
  return compiled.plan;
}

/** Whole runs of `b.json`: a webhook and twenty nodes that each set a mapped value. */
function measureRuns(ports) {
  const plan = compile(JSON.parse(readFileSync(join(import.meta.dirname, "scenarios", "b.json"), "utf8")));
  const bundle = { body: { amount: 7 } };
  const run = () => {
    const result = advance(plan, createState(), { kind: "start", bundle }, { ports, budget: { steps: 1_000 } });
    if (result.state.phase !== "ended" || result.operations.length !== 21) throw new Error("The run did not end well.");
  };
  return perSecond(run, 20);
}

/** One run whose iterator emits many bundles, each through a filter and two nodes, in slices as a host takes them. */
function measureLongRun() {
  const count = Number(options.bundles);
  const node = (id, type, config) => ({ id, type, typeVersion: 1, config, position: { x: 0, y: 0 } });
  const filter = { conditions: [[{ left: "{{2.index}}", operator: "greaterThan", right: "0" }]] };
  const definition = {
    format: 1,
    nodes: [
      node(1, "webhook.receive", {}),
      node(2, "tools.iterate", { array: "{{1.body.items}}" }),
      node(3, "tools.setVariables", { variables: [{ name: "n", value: "{{2.value.n + 1}}" }] }),
      node(4, "tools.setVariables", { variables: [{ name: "t", value: "Item {{2.index}} of {{2.total}}: {{3.n}}" }] }),
    ],
    edges: [
      { from: 1, to: 2, kind: "next" },
      { from: 2, to: 3, kind: "next", filter },
      { from: 3, to: 4, kind: "next" },
    ],
    settings: { maxOperations: count * 2 + 10 },
  };
  const plan = compile(definition);
  const bundle = { body: { items: Array.from({ length: count }, (_, n) => ({ n })) } };
  globalThis.gc?.();
  const heapBefore = process.memoryUsage().heapUsed;
  let peak = heapBefore;
  let operations = 0;
  let slices = 0;
  const slow = [];
  const startMs = cpuMs();
  let state = createState();
  let event = { kind: "start", bundle };
  while (state.phase !== "ended") {
    const sliceMs = performance.now();
    const advanced = advance(plan, state, event, { ports: plainPorts, budget: { steps: 2_000 } });
    slow.push(performance.now() - sliceMs);
    operations += advanced.operations.length;
    state = advanced.state;
    event = { kind: "continue" };
    slices += 1;
    if (slices % 50 === 0) peak = Math.max(peak, process.memoryUsage().heapUsed);
  }
  const seconds = (cpuMs() - startMs) / 1_000;
  slow.sort((a, b) => a - b);
  return {
    bundles: count,
    operations,
    slices,
    seconds: round(seconds),
    operationsPerSecond: Math.round(operations / seconds),
    heapGrowthMb: round((peak - heapBefore) / 1_048_576),
    sliceMs: { p50: round(slow[slices >> 1]), max: round(slow.at(-1)) },
    resumeMs: measureResume(plan, bundle, count),
  };
}

/** Reading the state back and going on, after a tenth and after nine tenths of the run: what is done must not cost. */
function measureResume(plan, bundle, count) {
  const after = (share) => {
    let state = createState();
    let event = { kind: "start", bundle };
    const goal = count * 2 * share;
    for (let done = 0; done < goal; event = { kind: "continue" }) {
      const advanced = advance(plan, state, event, { ports: plainPorts, budget: { steps: 2_000 } });
      state = advanced.state;
      done += advanced.operations.length;
    }
    const text = packState(state);
    const startMs = performance.now();
    const back = unpackState(text, () => bundle);
    advance(plan, back, { kind: "continue" }, { ports: plainPorts, budget: { steps: 100 } });
    return { ms: round(performance.now() - startMs), stateCharacters: text.length };
  };
  return { atTenth: after(0.1), atNineTenths: after(0.9) };
}

const round = (number) => Math.round(number * 100) / 100;

const results = {
  bench: "engine",
  pureOperationsPerSecond: { engine: measureRuns(plainPorts), withCatalog: measureRuns(catalogPorts) },
  longRun: measureLongRun(),
  formulasPerSecond: measureFormulas(),
};
if (!options.json) console.error(results);
console.log(JSON.stringify(results));
