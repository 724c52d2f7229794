import { createGraph } from "../graph/graph.ts";
import { createScopes } from "../graph/scope.ts";
import { createFlowShapes, kindsOf } from "../shapes/flow.ts";
import type { ManifestCatalog } from "../manifest/catalog.ts";
import type { CallableScenarios } from "../calls/interface.ts";
import type { Issue } from "./issue.ts";
import { checkCalls, checkDeclaredInputs } from "./rules/calls.ts";
import type { KnownConnection, Rule, RuleContext } from "./rules/context.ts";
import { findDuplicates } from "./rules/duplicates.ts";
import { checkConfigFormulas, checkFilterFormulas } from "./rules/formulas.ts";
import { checkConnections, checkInputs, checkRawSecrets } from "./rules/inputs.ts";
import { checkConfigShapes, checkFilterShapes } from "./rules/shapes.ts";
import { checkLanes } from "./rules/lanes.ts";
import { checkMerges } from "./rules/merges.ts";
import { checkAggregators, checkErrorRoutes, checkRespond, checkRouters } from "./rules/routes.ts";
import { checkSensitiveFields } from "./rules/sensitive.ts";
import { checkSchedules } from "./rules/schedule.ts";
import { checkAddresses } from "./rules/waits.ts";
import {
  checkCycles,
  checkEdgeEnds,
  checkOrphans,
  checkSingleEntry,
  checkTrigger,
  checkTypes,
} from "./rules/structure.ts";
import { checkWebhooks } from "./rules/webhook.ts";
import type { Definition, JsonValue, NodeId } from "./schema.ts";

const rules: readonly Rule[] = [
  ({ definition }) => findDuplicates(definition),
  checkTrigger,
  checkTypes,
  checkEdgeEnds,
  checkSingleEntry,
  checkCycles,
  checkOrphans,
  checkRouters,
  checkErrorRoutes,
  checkRespond,
  checkAggregators,
  checkMerges,
  checkLanes,
  checkConfigFormulas,
  checkFilterFormulas,
  checkAddresses,
  checkConfigShapes,
  checkFilterShapes,
  checkInputs,
  checkSchedules,
  checkWebhooks,
  checkDeclaredInputs,
  checkCalls,
  checkConnections,
  checkRawSecrets,
  checkSensitiveFields,
];

/**
 * Everything that is wrong or doubtful in a definition. Errors forbid publishing. The same function runs live in the
 * editor and at publishing. With `connections` (those of the organization) it also checks that they exist and fit; with
 * `samples` (bundles that nodes emitted before) it warns of fields that those do not have; with `callables` (the organization's
 * scenarios) it checks calls of others.
 * Treats the definition as immutable: what it learns about a config object is remembered by its identity.
 */
export function validateDefinition(
  definition: Definition,
  catalog: ManifestCatalog,
  connections?: readonly KnownConnection[],
  samples?: ReadonlyMap<NodeId, JsonValue>,
  callables?: CallableScenarios,
): Issue[] {
  const kinds = kindsOf(definition, catalog);
  const graph = createGraph(definition);
  const scopes = createScopes(graph, catalog);
  const context: RuleContext = {
    definition,
    catalog,
    graph,
    scopes,
    kinds,
    shapes: createFlowShapes({ graph, scopes, kinds, samples, callables }),
    ...(callables && { callables }),
    ...(connections && { connections: new Map(connections.map((connection) => [connection.id, connection])) }),
  };
  return rules.flatMap((rule) => rule(context));
}
