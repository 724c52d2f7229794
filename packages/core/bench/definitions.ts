// How long it takes to validate and compare large definitions: `node bench/definitions.ts [--json]`.
import { createManifestCatalog, diffDefinitions, mergeDefinitions, validateDefinition } from "../src/index.ts";
import type { Definition, Manifest } from "../src/index.ts";

declare const performance: { now(): number };
declare const process: { argv: string[] };
declare const console: { log(text: string): void };

const common = { label: "x", description: "x", typeVersion: 1, input: { type: "object", properties: {} } };
const manifest: Manifest = {
  name: "bench",
  version: "1.0.0",
  label: "x",
  description: "x",
  color: "#000000",
  icon: "x",
  category: "core",
  actions: [{ ...common, name: "set", effect: "pure" }],
  triggers: [{ ...common, name: "start", kind: "manual" }],
  connections: [],
};
const catalog = createManifestCatalog([manifest]);

function chainOf(count: number, word: string): Definition {
  const value = `${word} {{1.body.a}} {{upper(1.body.b)}}`;
  const fields = { a: value, b: `${value} 2`, c: `${value} 3`, d: `${value} 4`, list: [{ name: "x", value }] };
  return {
    format: 1,
    nodes: Array.from({ length: count }, (_, index) => ({
      id: index + 1,
      type: index === 0 ? "bench.start" : "bench.set",
      typeVersion: 1,
      config: index === 0 ? {} : structuredClone(fields),
      position: { x: index, y: 0 },
    })),
    edges: Array.from({ length: count - 1 }, (_, index) => ({ from: index + 1, to: index + 2, kind: "next" })),
  };
}

declare const structuredClone: <T>(value: T) => T;

/** The median of some runs, in milliseconds. */
function measure(run: () => unknown, prepare: () => void = () => undefined): number {
  const times = Array.from({ length: 15 }, () => {
    prepare();
    const start = performance.now();
    run();
    return performance.now() - start;
  });
  return Math.round(times.sort((a, b) => a - b)[7]! * 100) / 100;
}

let fresh = chainOf(500, "one");
const milliseconds = {
  "validate 500 nodes, seen for the first time": measure(
    () => validateDefinition(fresh, catalog),
    () => (fresh = chainOf(500, "one")),
  ),
  "validate 500 nodes again": measure(() => validateDefinition(fresh, catalog)),
  "diff 1,000 nodes, all changed": compareAll(),
  "merge 1,000 nodes, half changed on each side": mergeHalves(),
};

function compareAll(): number {
  const [before, after] = [chainOf(1_000, "one"), chainOf(1_000, "two")];
  return measure(() => diffDefinitions(before, after));
}

function mergeHalves(): number {
  const [base, changed] = [chainOf(1_000, "one"), chainOf(1_000, "two")];
  const side = (parity: number): Definition => ({
    ...base,
    nodes: base.nodes.map((node, index) => (index % 2 === parity ? changed.nodes[index]! : node)),
  });
  const [ours, theirs] = [side(0), side(1)];
  return measure(() => mergeDefinitions(base, ours, theirs));
}

const table = Object.entries(milliseconds).map(([name, ms]) => `${ms.toFixed(2).padStart(9)} ms  ${name}`);
console.log(process.argv.includes("--json") ? JSON.stringify({ milliseconds }) : table.join("\n"));
