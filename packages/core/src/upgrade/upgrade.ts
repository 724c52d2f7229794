/** Moving nodes to newer typeVersions: what is possible, what it would change, and doing it. Design 03, "Node upgrades". */
import { canonicalJson } from "../canonicalJson.ts";
import type { Issue } from "../definition/issue.ts";
import { validateDefinition } from "../definition/validate.ts";
import type { KnownConnection } from "../definition/rules/context.ts";
import type { Definition, DefinitionNode, NodeId } from "../definition/schema.ts";
import { diffValues } from "../diff/values.ts";
import type { FieldChange } from "../diff/types.ts";
import type { ManifestCatalog } from "../manifest/catalog.ts";
import type { FindUpgrade, NodeUpgrade, NodeVersion, UpgradeReport } from "./types.ts";

/** No integration has so long a history; more of them lead in a circle. */
const MAX_STEPS = 100;

/** Every type and typeVersion that a node can be upgraded to, the nearest first. */
export function upgradePaths(node: NodeVersion, findUpgrade: FindUpgrade): NodeVersion[] {
  return stepsFrom(node, findUpgrade).map(({ to }) => to);
}

function stepsFrom({ type, typeVersion }: NodeVersion, findUpgrade: FindUpgrade): NodeUpgrade[] {
  const steps: NodeUpgrade[] = [];
  let step = findUpgrade(type, typeVersion);
  while (step && steps.length < MAX_STEPS) {
    steps.push(step);
    step = findUpgrade(step.to.type, step.to.typeVersion);
  }
  return steps;
}

export interface UpgradeRequest {
  nodeId: NodeId;
  /** One of `upgradePaths`; the last of them where it is absent. */
  to?: NodeVersion;
}

export interface UpgradeOptions {
  catalog: ManifestCatalog;
  findUpgrade: FindUpgrade;
  /** The organization's, to check that the node's connection still fits. */
  connections?: readonly KnownConnection[];
}

export interface Upgraded {
  /** With every node upgraded that was not refused. The same object where none was. */
  definition: Definition;
  /** One for each request that there is something to say about: nodes that are gone or at their newest have none. */
  reports: UpgradeReport[];
}

/** Nodes that have an upgrade, in the definition's order. */
export function upgradableNodes(definition: Definition, findUpgrade: FindUpgrade): NodeId[] {
  return definition.nodes.filter((node) => findUpgrade(node.type, node.typeVersion) !== null).map(({ id }) => id);
}

/**
 * Upgrades nodes one after the other, each checked on top of those before it. A node whose upgrade fails or would break the
 * definition stays exactly as it was, and its report says why. Nothing is changed in place.
 */
export function upgradeNodes(
  definition: Definition,
  requests: readonly UpgradeRequest[],
  options: UpgradeOptions,
): Upgraded {
  const reports: UpgradeReport[] = [];
  let current = definition;
  let issues: Issue[] | null = null;
  for (const request of requests) {
    const node = current.nodes.find(({ id }) => id === request.nodeId);
    const steps = node ? stepsTo(stepsFrom(node, options.findUpgrade), request.to) : [];
    if (!node || steps.length === 0) continue;
    issues ??= check(current, options);
    const attempt = upgradeNode({ definition: current, issues, node, steps }, options);
    reports.push(attempt.report);
    if (attempt.report.verdict === "refused") continue;
    current = attempt.definition;
    issues = attempt.issues;
  }
  return { definition: current, reports };
}

function stepsTo(steps: NodeUpgrade[], to: NodeVersion | undefined): NodeUpgrade[] {
  if (!to) return steps;
  const last = steps.findIndex((step) => step.to.type === to.type && step.to.typeVersion === to.typeVersion);
  return steps.slice(0, last + 1);
}

const check = (definition: Definition, { catalog, connections }: UpgradeOptions): Issue[] =>
  validateDefinition(definition, catalog, connections);

interface Attempt {
  definition: Definition;
  issues: Issue[];
  report: UpgradeReport;
}

function upgradeNode(
  before: { definition: Definition; issues: Issue[]; node: DefinitionNode; steps: NodeUpgrade[] },
  options: UpgradeOptions,
): Attempt {
  const { definition, issues, node, steps } = before;
  const to = steps[steps.length - 1]!.to;
  const report: UpgradeReport = {
    nodeId: node.id,
    from: { type: node.type, typeVersion: node.typeVersion },
    to,
    verdict: "ready",
    reasons: [],
    changes: steps.map(({ changes }) => changes),
    fields: [],
    issues: [],
  };
  const refuse = (reasons: string[]): Attempt => ({
    definition,
    issues,
    report: { ...report, verdict: "refused", reasons },
  });
  if (!options.catalog.getNodeKind(to.type, to.typeVersion)) {
    return refuse([`No installed integration has "${to.type}" in version ${to.typeVersion}.`]);
  }
  const migrated = migrate(node, steps);
  if (!migrated.ok) return refuse([migrated.reason]);
  report.fields = fieldsBetween(node, migrated.node);
  const nodes = definition.nodes.map((other) => (other === node ? migrated.node : other));
  const upgraded: Definition = { ...definition, nodes };
  const issuesAfter = check(upgraded, options);
  report.issues = newIssues(issues, issuesAfter);
  const errors = report.issues.filter(({ severity }) => severity === "error");
  if (errors.length > 0) return refuse(errors.map(({ message }) => message));
  report.reasons = [...effectChange(report, options.catalog), ...report.issues.map(({ message }) => message)];
  if (report.reasons.length > 0) report.verdict = "look";
  return { definition: upgraded, issues: issuesAfter, report };
}

type Migrated = { ok: true; node: DefinitionNode } | { ok: false; reason: string };

function migrate(node: DefinitionNode, steps: readonly NodeUpgrade[]): Migrated {
  let current = node;
  for (const { to, upgrade } of steps) {
    const result = safely(() => upgrade(current.config));
    if (!result.ok) return result;
    current = { ...current, ...to, config: result.config };
  }
  return { ok: true, node: current };
}

/** An upgrade that throws has met a config that its author did not think of: the node stays as it is. */
function safely<Result>(work: () => Result): Result | { ok: false; reason: string } {
  try {
    return work();
  } catch (thrown) {
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    return { ok: false, reason: `The upgrade cannot read this node's settings: ${message}` };
  }
}

function fieldsBetween(before: DefinitionNode, after: DefinitionNode): FieldChange[] {
  const fields: FieldChange[] = [];
  diffValues(before, after, [], fields);
  return fields;
}

/** Where formulas stand in their text may shift: an issue is the same by what it says of which place. */
const identity = ({ range: _range, ...issue }: Issue) => canonicalJson(issue);

function newIssues(before: readonly Issue[], after: readonly Issue[]): Issue[] {
  const known = new Map<string, number>();
  for (const issue of before) known.set(identity(issue), (known.get(identity(issue)) ?? 0) + 1);
  return after.filter((issue) => {
    const key = identity(issue);
    const count = known.get(key) ?? 0;
    known.set(key, count - 1);
    return count <= 0;
  });
}

function effectChange({ from, to }: UpgradeReport, catalog: ManifestCatalog): string[] {
  const effectOf = ({ type, typeVersion }: NodeVersion) => {
    const kind = catalog.getNodeKind(type, typeVersion);
    return kind?.role === "action" ? kind.node.effect : null;
  };
  const [before, after] = [effectOf(from), effectOf(to)];
  if (before === null || after === null || before === after) return [];
  return [`It counted as "${before}" and counts as "${after}" now: lost results are handled differently.`];
}
