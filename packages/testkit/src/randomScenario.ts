import type { Definition, DefinitionNode, Edge } from "@patchbay/core";
import type { Random } from "./random.ts";
import { action, edge, scenario } from "./scenarios.ts";

/**
 * A valid random scenario of test nodes: effects, filters, routers, branches that are merged, iterators and repeaters with
 * aggregators, delays, waits for an answer, stops, calls of other scenarios and what they return, error routes, and now and then
 * a catch-all. With `breaks`, `error.break` as well.
 */
export function randomScenario(
  random: Random,
  options: { nodes: number; callees?: string[]; breaks?: boolean },
): Definition {
  const { nodes, callees = [], breaks = false } = options;
  const builder: Builder = { random, nodes: [], edges: [], nextId: 2, left: nodes, callees, breaks };
  grow(builder, { from: 1, scope: [1], inErrorRoute: false });
  if (random.chance(0.3)) addCatchAll(builder);
  return scenario(builder.nodes, builder.edges);
}

interface Builder {
  random: Random;
  nodes: DefinitionNode[];
  edges: Edge[];
  nextId: number;
  left: number;
  /** Ids of scenarios that it may call. */
  callees: string[];
  /** Whether error routes may break runs off: such runs end only when somebody gives up. */
  breaks: boolean;
}

interface Place {
  from: number;
  /** Nodes whose bundles can be read here. */
  scope: number[];
  inErrorRoute: boolean;
  /** Below an iterator that processes bundles side by side: which of them answers a webhook first is decided by chance. */
  inLane?: boolean;
  /** Iterators around this place. */
  loops?: number;
  /** The iterator around this place that nothing closes yet, and the place before it. */
  open?: { loop: number; before: Place };
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
    const kind = random.below(17);
    if (kind < 5) at = addPlain(builder, at);
    else if (kind === 12) at = addCall(builder, at);
    else if (kind === 13) at = addReturn(builder, at);
    else if (kind === 14) at = addWait(builder, at);
    else if (kind === 10) at = addBranches(builder, at);
    else if (kind === 11) {
      if (random.chance(0.2)) return addStop(builder, at);
      if (at.inLane) continue;
      at = add(builder, at, "webhook.respond", { config: { status: 200, body: formula(builder, at) } });
    } else if (kind === 5) at = add(builder, at, "tools.delay", { config: { seconds: random.below(100) } });
    else if (kind === 6) return addRouter(builder, at);
    else if (kind === 7 || kind >= 15) at = addLoop(builder, at);
    else if (kind === 8)
      at = add(builder, at, "test.echo", { config: { value: formula(builder, at) }, disabled: true });
    else if (random.chance(0.3)) return;
  }
}

function addPlain(builder: Builder, at: Place): Place {
  const { random } = builder;
  // In a lane more that can be given up when an earlier one ends the run.
  const type = random.pick(
    at.inLane
      ? ["test.echo", "test.read", "test.read", "test.idempotent", "test.write"]
      : ["test.echo", "test.read", "test.idempotent", "test.write", "test.write"],
  );
  const next = add(builder, at, type, { config: { value: formula(builder, at) } });
  if (!at.inErrorRoute && type !== "test.echo" && random.chance(at.inLane ? 0.3 : 0.5)) addErrorRoute(builder, next);
  return next;
}

/** A call of another scenario, now and then of one that does not exist, or without waiting for it. */
function addCall(builder: Builder, at: Place): Place {
  const { random, callees } = builder;
  if (callees.length === 0) return addPlain(builder, at);
  const scenarioId = random.chance(0.1) ? "missing" : random.pick(callees);
  const inputs = { n: "{{1.n}}", items: "{{1.items}}", value: formula(builder, at) };
  const mode = random.chance(0.1) ? "start" : "wait";
  const retry = { attempts: 2, initialDelayMs: 1_000, maxDelayMs: 1_000 };
  const errorHandling = random.chance(0.3) ? { retry } : undefined;
  const next = add(builder, at, "scenario.call", { config: { scenarioId, inputs, mode }, errorHandling });
  if (!at.inErrorRoute && random.chance(0.5)) addErrorRoute(builder, next);
  return next;
}

/** A wait for an answer whose address an earlier node asks for, with something between them perhaps. */
function addWait(builder: Builder, at: Place): Place {
  const { random } = builder;
  const sender = add(builder, at, random.pick(["test.echo", "test.idempotent"]));
  const between = random.chance(0.5) ? addPlain(builder, sender) : sender;
  const config = {
    kind: random.pick(["event", "approval"]),
    timeoutSeconds: 1 + random.below(1_000),
    onTimeout: random.pick(["continue", "fail"]),
  };
  const wait = add(builder, between, "tools.wait", { config });
  const node = builder.nodes.find(({ id }) => id === sender.from);
  if (node) node.config = { url: `{{resumeUrl(${wait.from})}}`, value: formula(builder, at) };
  if (!at.inErrorRoute && random.chance(0.5)) addErrorRoute(builder, wait);
  return wait;
}

function addReturn(builder: Builder, at: Place): Place {
  const outputs = [{ name: "value", value: formula(builder, at) }];
  return add(builder, at, "scenario.return", { config: { outputs } });
}

function addErrorRoute(builder: Builder, failed: Place): void {
  const id = builder.nextId++;
  const isBreak = builder.breaks && builder.random.chance(0.6);
  if (isBreak) {
    builder.nodes.push(action(id, "error.break", { config: { attempts: builder.random.below(4) } }));
    builder.edges.push(edge(failed.from, id, { kind: "error" }));
    return;
  }
  const type = builder.random.pick([
    "error.resume",
    "error.resume",
    "error.ignore",
    "error.ignore",
    "error.commit",
    "error.rollback",
  ]);
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

/** An iterator, something inside, and perhaps an aggregator that closes it, or the iterator around it. */
function addLoop(builder: Builder, at: Place): Place {
  const { random } = builder;
  const loops = (at.loops ?? 0) + 1;
  if (loops > MAX_LOOPS) return addPlain(builder, at);
  const isParallel = random.chance(0.6);
  const concurrency: Record<string, number> = isParallel ? { concurrency: 2 + random.below(4) } : {};
  const loop = random.chance(0.7)
    ? add(builder, at, "tools.iterate", { config: { array: "{{1.items}}", ...concurrency } })
    : add(builder, at, "tools.repeat", {
        config: { repeats: random.below(6), start: "{{1.n}}", step: 2, ...concurrency },
      });
  const { open, ...rest } = loop;
  let inside: Place = { ...rest, loops, inLane: (at.inLane ?? false) || isParallel };
  for (let count = random.below(3); count >= 0; count--) {
    inside = random.chance(0.2) && builder.left > 0 ? closed(addLoop(builder, inside)) : addPlain(builder, inside);
  }
  if (random.chance(0.3)) return { ...inside, open: { loop: loop.from, before: at } };
  const closes = open && random.chance(0.4) ? open : { loop: loop.from, before: at };
  const config = { source: closes.loop, item: formula(builder, inside) };
  const aggregate = add(builder, inside, "tools.aggregate", { config });
  return { ...closes.before, from: aggregate.from, scope: [...closes.before.scope, aggregate.from] };
}

/** Bundles multiply with each: more of them make runs long, not different. */
const MAX_LOOPS = 2;

/** Inside another loop: that one is closed by its own aggregator. */
function closed({ open: _open, ...place }: Place): Place {
  return place;
}

/** Two branches of an if/else or a router, one of them perhaps empty, which a merge joins. */
function addBranches(builder: Builder, at: Place): Place {
  const { random } = builder;
  const parting = add(builder, at, random.pick(["router.ifElse", "router.route"]));
  const toFirst = builder.edges.length;
  const first = addPlain(builder, parting);
  const second = random.chance(0.6) ? addPlain(builder, parting) : parting;
  const filtered = builder.edges[toFirst];
  if (filtered) filtered.filter = { conditions: [[{ left: "{{1.n}}", operator: "greaterThan", right: "3" }]] };
  const id = builder.nextId++;
  builder.left -= 1;
  const fields = { a: `{{${first.from}}}`, b: `{{${second.from}}}` };
  builder.nodes.push(action(id, "router.merge", { config: fields }));
  builder.edges.push(edge(first.from, id), edge(second.from, id, { order: 9 }));
  return { ...at, from: id, scope: [...at.scope, id] };
}

function addStop(builder: Builder, at: Place): void {
  add(builder, at, "tools.stop", { config: { outcome: builder.random.pick(["succeeded", "failed"]) } });
}

/** An error route of the trigger: it takes what no other error route has taken. */
function addCatchAll(builder: Builder): void {
  const id = builder.nextId++;
  builder.nodes.push(action(id, "test.idempotent", { config: { value: "{{1.error.code}} {{1.n}}" } }));
  builder.edges.push(edge(1, id, { kind: "error" }));
  if (builder.random.chance(0.5)) return;
  const directive = builder.nextId++;
  builder.nodes.push(action(directive, builder.random.pick(["error.ignore", "error.commit", "error.rollback"])));
  builder.edges.push(edge(id, directive));
}
