/** What each node emits, as far as manifests, configs and samples tell, and what formulas see of it at each place. */
import type { CallableScenarios } from "../calls/interface.ts";
import { callShape, startShape } from "../calls/shapes.ts";
import { hasFormula, literalFieldsOf, propertiesOf } from "../definition/checkConfig.ts";
import type { Definition, DefinitionNode, Edge, JsonValue, NodeId } from "../definition/schema.ts";
import { createGraph, type Graph } from "../graph/graph.ts";
import { createScopes, findInScope, type Scopes } from "../graph/scope.ts";
import type { ManifestCatalog, NodeKind } from "../manifest/catalog.ts";
import { compileConfigOnce } from "../definition/compileOnce.ts";
import { inferConfig, type ConfigInference } from "./config.ts";
import { shapeOfSchema, type ConfigShapes, type JsonSchema } from "./fromSchema.ts";
import { formShapes } from "./form.ts";
import { shapeOfValue } from "./fromValue.ts";
import type { ShapeOfNode } from "./infer.ts";
import {
  anyShape,
  nothing,
  number,
  objectOf,
  refine,
  text,
  unite,
  boolean,
  anyObject,
  type ObjectShape,
  type Shape,
} from "./shape.ts";

export interface FlowInput {
  graph: Graph;
  scopes: Scopes;
  kinds: ReadonlyMap<NodeId, NodeKind>;
  /** Scenarios that may be called, where they are known. */
  callables?: CallableScenarios;
  /** Bundles that nodes emitted before, where they are at hand. */
  samples?: ReadonlyMap<NodeId, JsonValue> | undefined;
}

export interface FlowShapes {
  /** What a node's config can read. */
  at(nodeId: NodeId): ShapeOfNode;
  /** What the filter of an edge can read. */
  on(edge: Pick<Edge, "from" | "to" | "kind">): ShapeOfNode;
  /** The config of a node, inferred. */
  configOf(nodeId: NodeId): ConfigInference;
}

/** The nodes that have failed above a place: their bundles are their errors there. */
interface Failed {
  nodeId: NodeId;
  rest: Failed | null;
}

/** Describes the bundles of all nodes. Nothing is worked out before it is asked for. */
export function createFlowShapes(input: FlowInput): FlowShapes {
  return new Flow(input);
}

/** What a node's config can read, by itself: for a form that shows one node. */
export function shapesAt(
  definition: Definition,
  catalog: ManifestCatalog,
  nodeId: NodeId,
  samples?: ReadonlyMap<NodeId, JsonValue>,
  callables?: CallableScenarios,
): ShapeOfNode {
  const graph = createGraph(definition);
  return createFlowShapes({
    graph,
    scopes: createScopes(graph, catalog),
    kinds: kindsOf(definition, catalog),
    samples,
    callables,
  }).at(nodeId);
}

/** What the nodes are, as far as their types are known. */
export function kindsOf(definition: Definition, catalog: ManifestCatalog): Map<NodeId, NodeKind> {
  const kinds = new Map<NodeId, NodeKind>();
  for (const node of definition.nodes) {
    const kind = catalog.getNodeKind(node.type, node.typeVersion);
    if (kind) kinds.set(node.id, kind);
  }
  return kinds;
}

/** How far back configs are followed that depend on each other; a definition may be any tangle while it is edited. */
const MAX_FOLLOWED = 100;

class Flow implements FlowShapes {
  private readonly input: FlowInput;
  private readonly bundles = new Map<NodeId, Shape>();
  private readonly failures = new Map<NodeId, Failed | null>();
  private following = 0;

  constructor(input: FlowInput) {
    this.input = input;
  }

  at(nodeId: NodeId): ShapeOfNode {
    const { scopes } = this.input;
    return this.reader(() => scopes.at(nodeId), this.failedAbove(nodeId));
  }

  on({ from, kind }: Pick<Edge, "from" | "kind">): ShapeOfNode {
    const { scopes } = this.input;
    const failed = this.failedAbove(from);
    return this.reader(() => scopes.after(from), kind === "error" ? { nodeId: from, rest: failed } : failed);
  }

  configOf(nodeId: NodeId): ConfigInference {
    const { graph, kinds } = this.input;
    const node = graph.nodes.get(nodeId);
    if (!node) return noConfig;
    const schema = kinds.get(nodeId)?.node.input;
    return inferConfig(
      node.config,
      compileConfigOnce(node.config, schema ? literalFieldsOf(schema) : []),
      this.at(nodeId),
    );
  }

  private reader(scopeOf: () => ReturnType<Scopes["at"]>, failed: Failed | null): ShapeOfNode {
    let scope: ReturnType<Scopes["at"]> | undefined;
    return (nodeId) => {
      scope ??= scopeOf();
      if (!findInScope(scope, nodeId)) return undefined;
      return hasFailed(failed, nodeId) ? this.errorOf(nodeId) : this.bundleOf(nodeId);
    };
  }

  private bundleOf(nodeId: NodeId): Shape {
    const known = this.bundles.get(nodeId);
    if (known) return known;
    if (this.following >= MAX_FOLLOWED) return anyShape;
    // What leads back to itself may be anything.
    this.bundles.set(nodeId, anyShape);
    this.following += 1;
    const shape = this.describeBundle(nodeId);
    this.following -= 1;
    this.bundles.set(nodeId, shape);
    return shape;
  }

  private describeBundle(nodeId: NodeId): Shape {
    const { graph, kinds, samples } = this.input;
    const node = graph.nodes.get(nodeId);
    const kind = kinds.get(nodeId);
    if (!node || !kind) return anyShape;
    if (node.disabled) return nothing;
    const control = kind.role === "action" ? kind.node.control : undefined;
    if (control === "router" || control === "ifElse") return noFields;
    const { output } = kind.node;
    const sample = samples?.get(nodeId);
    const shape = this.calledShape(node, kind) ?? (output ? this.shapeOfOutput(nodeId, output) : anyShape);
    const refined = sample === undefined ? shape : refineOnce(shape, sample);
    return this.mayBeReplaced(nodeId) ? openOnce(refined) : refined;
  }

  /** What passes between scenarios: the inputs of this one, or what one that it calls returns. Null for other nodes. */
  private calledShape(node: DefinitionNode, kind: NodeKind): Shape | null {
    const { config } = node;
    if (kind.role === "trigger") {
      const { output, kind: start } = kind.node;
      return start === "call" ? startShape(config, output ? shapeOfSchema(output) : anyShape) : null;
    }
    if (kind.node.control !== "call" || typeof config.scenarioId !== "string") return null;
    const callable = this.input.callables?.get(config.scenarioId);
    return callable ? callShape(config, callable) : null;
  }

  private shapeOfOutput(nodeId: NodeId, output: JsonSchema): Shape {
    const known = plainOutputs.get(output);
    if (known) return known;
    if (!refersToConfig(output)) {
      const shape = shapeOfSchema(output);
      plainOutputs.set(output, shape);
      return shape;
    }
    const config = this.configOf(nodeId);
    const remembered = configOutputs.get(config);
    if (remembered) return remembered;
    const shape = shapeOfSchema(output, configShapes(config, this.input.kinds.get(nodeId)?.node.input));
    configOutputs.set(config, shape);
    return shape;
  }

  /** Whether an error route may give the node substitute output, which need not look like its own. */
  private mayBeReplaced(nodeId: NodeId): boolean {
    const { graph, kinds } = this.input;
    const seen = new Set<NodeId>();
    const stack = graph.outgoing(nodeId).flatMap(({ kind, to }) => (kind === "error" ? [to] : []));
    for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
      if (seen.has(id)) continue;
      seen.add(id);
      const kind = kinds.get(id);
      if (kind?.role === "action" && kind.node.control === "resume") return true;
      stack.push(...graph.outgoing(id).map(({ to }) => to));
    }
    return false;
  }

  private errorOf(nodeId: NodeId): Shape {
    const isTrigger = this.input.kinds.get(nodeId)?.role === "trigger";
    return isTrigger ? caughtOnce(this.bundleOf(nodeId)) : failedBundle;
  }

  private failedAbove(nodeId: NodeId): Failed | null {
    const { graph, scopes } = this.input;
    const way: NodeId[] = [];
    let id: NodeId | undefined = nodeId;
    for (; id !== undefined && !this.failures.has(id) && !way.includes(id); id = scopes.dominatorOf(id)) way.push(id);
    let failed = id === undefined ? null : (this.failures.get(id) ?? null);
    for (const each of way.reverse()) {
      const [edge, ...others] = graph.incoming(each);
      if (edge?.kind === "error" && others.length === 0) failed = { nodeId: edge.from, rest: failed };
      this.failures.set(each, failed);
    }
    return failed;
  }
}

function hasFailed(failed: Failed | null, nodeId: NodeId): boolean {
  for (let each = failed; each; each = each.rest) if (each.nodeId === nodeId) return true;
  return false;
}

const noFields: Shape = objectOf({});

const errorShape: ObjectShape = objectOf({
  kind: text,
  code: text,
  message: text,
  details: anyShape,
  retryable: unite([boolean, nothing]),
  retryAfterMs: unite([number, nothing]),
  nodeId: unite([number, nothing]),
  bundlePath: unite([text, nothing]),
});
const failedBundle: Shape = objectOf({ error: errorShape });

/** Shapes made of others are kept by these: whoever compares by identity finds them unchanged. */
const plainOutputs = new WeakMap<JsonSchema, Shape>();
const configOutputs = new WeakMap<ConfigInference, Shape>();
const opened = new WeakMap<Shape, Shape>();
const caught = new WeakMap<Shape, Shape>();
const refined = new WeakMap<object, { shape: Shape; result: Shape }>();

function once(cache: WeakMap<Shape, Shape>, shape: Shape, make: () => Shape): Shape {
  const known = cache.get(shape) ?? make();
  cache.set(shape, known);
  return known;
}

const openOnce = (shape: Shape): Shape =>
  once(opened, shape, () => (shape.kind === "object" ? { ...shape, others: anyShape } : anyShape));

const caughtOnce = (shape: Shape): Shape =>
  once(caught, shape, () => {
    const { fields, others } = shape.kind === "object" ? shape : anyObject;
    return { kind: "object", fields: new Map([...fields, ["error", errorShape]]), others };
  });

function refineOnce(shape: Shape, sample: JsonValue): Shape {
  if (typeof sample !== "object" || sample === null) return refine(shape, shapeOfValue(sample, "unseen"));
  const known = refined.get(sample);
  if (known?.shape === shape) return known.result;
  const result = refine(shape, shapeOfValue(sample, "unseen"));
  refined.set(sample, { shape, result });
  return result;
}

/** Asked for every validation, and the text of a schema does not change. */
const referring = new WeakMap<JsonSchema, boolean>();

function refersToConfig(output: JsonSchema): boolean {
  const known =
    referring.get(output) ?? /"x-(?:valueOf|itemOf|fieldsFrom|formFields|showWhen)"/.test(JSON.stringify(output));
  referring.set(output, known);
  return known;
}

const configShapes = (config: ConfigInference, input: JsonSchema | undefined): ConfigShapes => ({
  valueOf: (field) => config.valueAt([field]),
  rowsOf: (field) => config.rowsAt([field]),
  textOf: (field) => textIn(config.writtenIn(field), input && propertiesOf(input)[field]?.default),
  formOf: (field) => formShapes(config.writtenIn(field)),
});

/** A text that is written out in the config, or else the default. */
function textIn(value: JsonValue | undefined, otherwise: unknown): string | undefined {
  const text = value ?? otherwise;
  return typeof text === "string" && !hasFormula(text) ? text : undefined;
}

const noConfig: ConfigInference = {
  faults: [],
  valueAt: () => nothing,
  rowsAt: () => null,
  writtenIn: () => undefined,
};
