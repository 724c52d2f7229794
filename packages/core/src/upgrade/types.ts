import type { Issue } from "../definition/issue.ts";
import type { DefinitionNode, NodeId } from "../definition/schema.ts";
import type { FieldChange } from "../diff/types.ts";

export type NodeConfig = DefinitionNode["config"];

/** A node type in one typeVersion: `{ type: "http.request", typeVersion: 2 }`. */
export type NodeVersion = Pick<DefinitionNode, "type" | "typeVersion">;

export type UpgradedConfig =
  | { ok: true; config: NodeConfig }
  /** The config holds something that only a person can carry over. */
  | { ok: false; reason: string };

/** From one typeVersion of a node to the next, or to another node type. Pure. */
export interface NodeUpgrade {
  to: NodeVersion;
  /** What is different afterwards, for a person. */
  changes: string;
  upgrade: (config: NodeConfig) => UpgradedConfig;
}

/** The upgrade that leads away from a typeVersion; null from the newest one. */
export type FindUpgrade = (type: string, typeVersion: number) => NodeUpgrade | null;

/**
 * `ready`: nothing else is affected. `look`: it can be done, and there is something that a person should look at. `refused`: the node
 * stays as it is.
 */
export type UpgradeVerdict = "ready" | "look" | "refused";

export interface UpgradeReport {
  nodeId: NodeId;
  from: NodeVersion;
  to: NodeVersion;
  verdict: UpgradeVerdict;
  /** Why it is refused or wants looking at, for a person; empty where it is ready. */
  reasons: string[];
  /** What is different afterwards, for each typeVersion on the way. */
  changes: string[];
  /** What changes in the node; what would, where it is refused on account of it. */
  fields: FieldChange[];
  /** Issues that the definition has only with the upgrade. */
  issues: Issue[];
}
