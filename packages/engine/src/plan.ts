import {
  collectedSources,
  compileConfig,
  compileFilter,
  readWaitForm,
  upstreamNodes,
  type ActionManifest,
  type CompiledConfig,
  type CompiledFilter,
  type Control,
  type Definition,
  type DefinitionNode,
  type Edge,
  type Effect,
  type Issue,
  type JsonValue,
  type ManifestCatalog,
  type NodeId,
  type NodeKind,
  type RetryPolicy,
  type WaitForm,
} from "@patchbay/core";

export const DEFAULT_RETRY: RetryPolicy = { attempts: 3, initialDelayMs: 1_000, maxDelayMs: 30_000 };
/** A called scenario has retried what can be: all of it is done again only where its caller says so. */
const CALLED_ONCE: RetryPolicy = { ...DEFAULT_RETRY, attempts: 1 };
export const DEFAULT_TIMEOUT_MS = 30_000;
export const DEFAULT_MAX_OPERATIONS = 10_000;
/** How long a run may live, time as incomplete not counted. */
export const DEFAULT_MAX_RUN_MS = 30 * 86_400_000;
/** Characters of JSON that a run's operations may leave in its log. */
export const DEFAULT_MAX_DATA_CHARACTERS = 200_000_000;

export interface PlanEdge {
  /** Position in the definition's edges; names the edge in the state. */
  index: number;
  to: NodeId;
  fallback: boolean;
  filter?: CompiledFilter;
}

export interface PlanNode {
  id: NodeId;
  type: string;
  typeVersion: number;
  role: "trigger" | "action";
  control?: Control;
  effect: Effect;
  config: CompiledConfig;
  connectionId?: string;
  disabled: boolean;
  retry: RetryPolicy;
  timeoutMs: number;
  whenUnknown: "ask" | "repeat";
  /** What happens while the circuit breaker of its connection is open. */
  whenUnavailable: "wait" | "fail";
  /** In the order in which they are tried; a fallback comes last. */
  next: PlanEdge[];
  error: PlanEdge[];
  /** Aggregators and merges that collect this node's bundles, in the order of their ids. */
  collectors: NodeId[];
  /** Of an aggregator: the node whose bundles it collects; of a merge: the node at which its branches part. */
  source?: NodeId;
  /** Of a Wait node: what its formulas can read, by which the bundle path of its operations is told in advance. */
  readable?: ReadonlySet<NodeId>;
  /** Of a Wait node: what an answer to it must look like. */
  form?: WaitForm;
}

/** A definition made ready to run: formulas parsed, edges sorted, manifests looked up. Never changed; share it freely. */
export interface Plan {
  trigger: NodeId;
  nodes: ReadonlyMap<NodeId, PlanNode>;
  edges: readonly { from: NodeId; to: NodeId; kind: Edge["kind"] }[];
  maxOperations: number;
  maxRunMs: number;
  /** The host sees to it: it knows what it stores. */
  maxDataCharacters: number;
  /** How many of the scenario's runs may be under way at the same time; the host sees to it. Any number where absent. */
  maxConcurrentRuns?: number;
  /** How many runs one run may start by calls; the host sees to it, and knows the number where it is absent. */
  maxCalledRuns?: number;
  /** Whether a `webhook.respond` node may answer the caller. */
  responds: boolean;
  /** Whether a node calls other scenarios. */
  calls: boolean;
  /** Whether there are Wait nodes. */
  waits?: true;
  /** Whether formulas ask for the addresses of Wait nodes. */
  asks?: true;
}

export type CompiledPlan = { ok: true; plan: Plan } | { ok: false; issues: Issue[] };

/**
 * Compiles a definition once for all its runs. Finds only what makes a run impossible (no trigger, an unknown type); what
 * else may be wrong is `validateDefinition`'s business.
 */
export function compilePlan(definition: Definition, catalog: ManifestCatalog): CompiledPlan {
  const issues: Issue[] = [];
  const nodes = new Map<NodeId, PlanNode>();
  for (const node of definition.nodes) {
    const kind = catalog.getNodeKind(node.type, node.typeVersion);
    if (kind) nodes.set(node.id, compileNode(node, kind));
    else issues.push(unknownType(node));
  }
  const triggers = [...nodes.values()].filter((node) => node.role === "trigger");
  const trigger = triggers[0];
  if (triggers.length !== 1) issues.push(wrongTriggers(triggers.length));
  if (issues.length > 0 || !trigger) return { ok: false, issues };

  connect(nodes, definition.edges);
  assignCollectors(nodes, collectedSources(definition, catalog));
  const plan: Plan = {
    trigger: trigger.id,
    nodes,
    edges: definition.edges.map(({ from, to, kind }) => ({ from, to, kind })),
    maxOperations: definition.settings?.maxOperations ?? DEFAULT_MAX_OPERATIONS,
    maxRunMs: secondsToMs(definition.settings?.maxRunSeconds) ?? DEFAULT_MAX_RUN_MS,
    maxDataCharacters: megabytes(definition.settings?.maxDataMegabytes) ?? DEFAULT_MAX_DATA_CHARACTERS,
    responds: [...nodes.values()].some((node) => node.control === "respond" && !node.disabled),
    calls: [...nodes.values()].some((node) => node.control === "call" && !node.disabled),
  };
  const maxConcurrentRuns = definition.settings?.maxConcurrentRuns;
  if (maxConcurrentRuns !== undefined) plan.maxConcurrentRuns = maxConcurrentRuns;
  const maxCalledRuns = definition.settings?.maxCalledRuns;
  if (maxCalledRuns !== undefined) plan.maxCalledRuns = maxCalledRuns;
  if ([...nodes.values()].some(asksForAddress)) plan.asks = true;
  for (const node of nodes.values()) {
    if (node.control !== "wait") continue;
    node.readable = new Set(upstreamNodes(definition, node.id, catalog));
    plan.waits = true;
  }
  return { ok: true, plan };
}

const secondsToMs = (seconds: number | undefined) => (seconds === undefined ? undefined : seconds * 1_000);
const megabytes = (count: number | undefined) => (count === undefined ? undefined : count * 1_000_000);

function asksForAddress({ config, next, error }: PlanNode): boolean {
  const filters = [...next, ...error].flatMap(({ filter }) => (filter ? [filter] : []));
  return [config, ...filters].some(({ templates }) => templates.some(({ template }) => template.addresses.length > 0));
}

/**
 * An action that limits its own time (a literal `timeoutSeconds` or `timeoutMs` in its config) ends by that, not by the engine just
 * before.
 */
function timeoutBeyond({ timeoutSeconds, timeoutMs }: DefinitionNode["config"]): number | null {
  if (typeof timeoutSeconds === "number") return timeoutSeconds * 1_000 + 1_000;
  return typeof timeoutMs === "number" ? timeoutMs + 1_000 : null;
}

function compileNode(node: DefinitionNode, kind: NodeKind): PlanNode {
  const handling = node.errorHandling;
  const compiled: PlanNode = {
    id: node.id,
    type: node.type,
    typeVersion: node.typeVersion,
    role: kind.role,
    effect: kind.role === "action" ? effectOf(node, kind.node) : "pure",
    config: compileConfig(node.config, { literalFields: literalFields(kind.node.input) }),
    disabled: node.disabled ?? false,
    retry: handling?.retry ?? (isCall(kind) ? CALLED_ONCE : DEFAULT_RETRY),
    timeoutMs: handling?.timeoutMs ?? timeoutBeyond(node.config) ?? DEFAULT_TIMEOUT_MS,
    whenUnknown: handling?.whenUnknown ?? "ask",
    whenUnavailable: handling?.whenUnavailable ?? "wait",
    next: [],
    error: [],
    collectors: [],
  };
  if (node.connectionId !== undefined) compiled.connectionId = node.connectionId;
  if (kind.role === "action" && kind.node.control) compiled.control = kind.node.control;
  if (compiled.control === "wait") compiled.form = readWaitForm(node.config);
  return compiled;
}

const isCall = (kind: NodeKind) => kind.role === "action" && kind.node.control === "call";

/** The manifest's effect, or that of the first rule that the config matches. A formula, not known yet, matches none. */
function effectOf(node: DefinitionNode, action: ActionManifest): Effect {
  for (const rule of action.effectRules ?? []) {
    const value = node.config[rule.field] ?? defaultOf(action.input, rule.field);
    const isKnown = (typeof value === "string" && !value.includes("{{")) || typeof value === "boolean";
    if (isKnown && rule.values.includes(String(value).toUpperCase())) return rule.effect;
  }
  return action.effect;
}

function properties(schema: Record<string, unknown>): Record<string, Record<string, unknown>> {
  const found = schema.properties;
  return typeof found === "object" && found !== null ? (found as Record<string, Record<string, unknown>>) : {};
}

function defaultOf(schema: Record<string, unknown>, field: string): JsonValue | undefined {
  return properties(schema)[field]?.default as JsonValue | undefined;
}

function literalFields(schema: Record<string, unknown>): string[] {
  return Object.entries(properties(schema)).flatMap(([name, property]) => (property["x-literal"] ? [name] : []));
}

function connect(nodes: ReadonlyMap<NodeId, PlanNode>, edges: readonly Edge[]): void {
  const sorted = edges.map((edge, index) => ({ edge, index })).sort((a, b) => compareEdges(a.edge, b.edge));
  for (const { edge, index } of sorted) {
    const from = nodes.get(edge.from);
    if (!from || !nodes.has(edge.to)) continue;
    const compiled: PlanEdge = { index, to: edge.to, fallback: edge.fallback ?? false };
    if (edge.filter) compiled.filter = compileFilter(edge.filter);
    (edge.kind === "next" ? from.next : from.error).push(compiled);
  }
}

function compareEdges(a: Edge, b: Edge): number {
  const rank = (edge: Edge) => (edge.fallback ? 1 : 0);
  return rank(a) - rank(b) || (a.order ?? 0) - (b.order ?? 0) || a.to - b.to;
}

function assignCollectors(nodes: ReadonlyMap<NodeId, PlanNode>, sources: ReadonlyMap<NodeId, NodeId>): void {
  for (const node of [...nodes.values()].sort((a, b) => a.id - b.id)) {
    const source = sources.get(node.id);
    if (source === undefined) continue;
    node.source = source;
    nodes.get(source)?.collectors.push(node.id);
  }
}

function unknownType(node: DefinitionNode): Issue {
  return {
    code: "unknown_type",
    severity: "error",
    message: `No installed integration has "${node.type}" in version ${node.typeVersion}.`,
    nodeId: node.id,
  };
}

function wrongTriggers(count: number): Issue {
  return count === 0
    ? { code: "no_trigger", severity: "error", message: "The scenario has no trigger.", fix: "Add one." }
    : { code: "second_trigger", severity: "error", message: "The scenario has more than one trigger." };
}
