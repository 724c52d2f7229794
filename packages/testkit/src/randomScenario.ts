import type { Definition, DefinitionNode, Edge } from "@patchbay/core";
import type { Random } from "./random.ts";
import { action, edge, scenario } from "./scenarios.ts";

/** A valid random tree of test nodes: effects, filters, routers, iterators with aggregators, delays and error routes. */
export function randomScenario(random: Random, options: { nodes: number }): Definition {
  const builder: Builder = { random, nodes: [], edges: [], nextId: 2, left: options.nodes };
  grow(builder, { from: 1, scope: [1], inErrorRoute: false });
  return scenario(builder.nodes, builder.edges);
}

interface Builder {
  random: Random;
  nodes: DefinitionNode[];
  edges: Edge[];
  nextId: number;
  left: number;
}

interface Place {
  from: number;
  /** Nodes whose bundles can be read here. */
  scope: number[];
  inErrorRoute: boolean;
}

function add(builder: Builder, place: Place, type: string, spec: Partial<DefinitionNode> = {}): Place {
  const id = builder.nextId++;
  builder.left -= 1;
  builder.nodes.push(action(id, type, spec));
  builder.edges.push(edge(place.from, id));
  return { ...place, from: id, scope: [...place.scope, id] };
}

/** Something that differs by bundle, or is drawn by chance. */
function formula({ random }: Builder, place: Place): string {
  if (random.chance(0.2)) return random.pick(["{{uuid}}", "{{random}} and {{random(1; 6)}}", "{{shuffle(1.items)}}"]);
  return `{{${random.pick(place.scope)}.*}}`;
}

function grow(builder: Builder, place: Place): void {
  const { random } = builder;
  let at = place;
  while (builder.left > 0) {
    const kind = random.below(10);
    if (kind < 5) at = addPlain(builder, at);
    else if (kind === 5) at = add(builder, at, "tools.delay", { config: { seconds: random.below(100) } });
    else if (kind === 6) return addRouter(builder, at);
    else if (kind === 7) at = addLoop(builder, at);
    else if (kind === 8)
      at = add(builder, at, "test.echo", { config: { value: formula(builder, at) }, disabled: true });
    else if (random.chance(0.3)) return;
  }
}

function addPlain(builder: Builder, at: Place): Place {
  const type = builder.random.pick(["test.echo", "test.read", "test.idempotent", "test.write", "test.write"]);
  const next = add(builder, at, type, { config: { value: formula(builder, at) } });
  if (!at.inErrorRoute && type !== "test.echo" && builder.random.chance(0.5)) addErrorRoute(builder, next);
  return next;
}

function addErrorRoute(builder: Builder, failed: Place): void {
  const id = builder.nextId++;
  const type = builder.random.pick(["error.resume", "error.ignore"]);
  builder.nodes.push(action(id, type, { config: { output: `{{${failed.from}.error.code}}` } }));
  builder.edges.push(edge(failed.from, id, { kind: "error" }));
}

function addRouter(builder: Builder, at: Place): void {
  const router = add(builder, at, "router.route");
  for (let order = 0; order < 2 + builder.random.below(2) && builder.left > 0; order++) {
    const before = builder.edges.length;
    const first = addPlain(builder, router);
    const toRoute = builder.edges[before];
    if (toRoute) {
      toRoute.order = order;
      if (order > 0 && builder.random.chance(0.5)) toRoute.fallback = true;
      else if (builder.random.chance(0.3))
        toRoute.filter = { conditions: [[{ left: "{{1.n}}", operator: "greaterThan", right: "3" }]] };
    }
    if (builder.random.chance(0.7)) grow(builder, first);
  }
}

/** An iterator, something inside, and perhaps an aggregator that closes it. */
function addLoop(builder: Builder, at: Place): Place {
  const loop = add(builder, at, "tools.iterate", { config: { array: "{{1.items}}" } });
  let inside = loop;
  for (let count = builder.random.below(3); count >= 0; count--) inside = addPlain(builder, inside);
  if (builder.random.chance(0.3)) return inside;
  const config = { source: loop.from, item: formula(builder, inside) };
  const aggregate = add(builder, inside, "tools.aggregate", { config });
  return { ...aggregate, scope: [...at.scope, aggregate.from] };
}
