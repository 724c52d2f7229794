// How fast templates are compiled and evaluated: `node bench/mapping.ts [--json]`.
import {
  compileConfig,
  compileFilter,
  compileTemplate,
  evaluateConfig,
  evaluateFilter,
  evaluateTemplate,
} from "../src/index.ts";
import type { JsonValue } from "../src/index.ts";

declare const performance: { now(): number };
declare const process: { argv: string[] };
declare const console: { log(text: string): void };

const bundle: JsonValue = {
  body: { name: "Ada", total: 120.5, items: [{ title: "Pen" }, { title: "Book" }], at: "2026-03-14T09:26:53Z" },
};
const scope = { getBundle: (nodeId: number) => (nodeId === 1 ? bundle : undefined), nowMs: 1_773_480_413_000 };

const config = {
  variables: [
    { name: "a", value: "{{1.body.name}}" },
    { name: "b", value: "{{1.body.total * 1.2}}" },
    { name: "c", value: "Order of {{1.body.name}}: {{1.body.total}}" },
    { name: "d", value: "{{if(1.body.total > 100; upper(1.body.name); lower(1.body.name))}}" },
  ],
};

function measure(run: () => unknown): number {
  const deadline = performance.now() + 200;
  while (performance.now() < deadline) run();
  let count = 0;
  const start = performance.now();
  while (performance.now() - start < 600) {
    for (let index = 0; index < 100; index++) run();
    count += 100;
  }
  return Math.round((count / (performance.now() - start)) * 1000);
}

const templates = {
  "one reference": compileTemplate("{{1.body.name}}"),
  "text with 3 formulas": compileTemplate("{{1.body.name}} owes {{1.body.total}} for {{length(1.body.items)}}"),
  "if with 3 calls": compileTemplate("{{if(1.body.total > 100; upper(1.body.name); lower(1.body.name))}}"),
  "map and join": compileTemplate('{{join(1.body.items[].title; ", ")}}'),
  "format a date": compileTemplate('{{formatDate(1.body.at; "DD.MM.YYYY HH:mm")}}'),
};
const compiledConfig = compileConfig(config);
const filter = compileFilter({
  conditions: [
    [
      { left: "{{1.body.total}}", operator: "greaterThan", right: "100" },
      { left: "{{1.body.name}}", operator: "contains", right: "A" },
    ],
  ],
});

const perSecond: Record<string, number> = {};
for (const [name, template] of Object.entries(templates)) {
  perSecond[`evaluate ${name}`] = measure(() => evaluateTemplate(template, scope));
}
perSecond["evaluate a config with 4 mapped values"] = measure(() => evaluateConfig(compiledConfig, scope));
perSecond["evaluate a filter with 2 conditions"] = measure(() => evaluateFilter(filter, scope));
perSecond["compile a config with 4 mapped values"] = measure(() => compileConfig(config));

console.log(process.argv.includes("--json") ? JSON.stringify({ perSecond }) : formatTable());

function formatTable(): string {
  return Object.entries(perSecond)
    .map(([name, count]) => `${String(count).padStart(12)}/s  ${name}`)
    .join("\n");
}
