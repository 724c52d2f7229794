import type { Manifest } from "@patchbay/core";
import { findManifestFaults } from "../manifestFaults.ts";
import type { Action, ActionRuntime, ActionUpgrade } from "./action.ts";
import type { Connection, ConnectionRuntime } from "./connection.ts";
import type { Trigger, TriggerRuntime } from "./trigger.ts";

export interface IntegrationSpec {
  /** The prefix of its node types: `"http"`. */
  name: string;
  /** Semantic version of the package. */
  version: string;
  label: string;
  description: string;
  /** `"#0f62b5"`; white text on it reaches 4.5:1. */
  color: string;
  /** A lucide icon name. */
  icon: string;
  category: Manifest["category"];
  actions?: readonly Action[];
  triggers?: readonly Trigger[];
  connections?: readonly Connection[];
}

export interface Integration {
  manifest: Manifest;
  /** By `"request@1"`: name and typeVersion. */
  actions: ReadonlyMap<string, ActionRuntime>;
  /** By the same keys, for those that have a newer typeVersion. */
  upgrades: ReadonlyMap<string, ActionUpgrade>;
  /** Of polling triggers, by `"watchList@1"`. */
  triggers: ReadonlyMap<string, TriggerRuntime>;
  /** By name. */
  connections: ReadonlyMap<string, ConnectionRuntime>;
}

/** The key of an action in `Integration.actions`. */
export const actionKey = (name: string, typeVersion: number): string => `${name}@${typeVersion}`;

const keyOf = ({ manifest }: Action): string => actionKey(manifest.name, manifest.typeVersion);

/**
 * Puts an integration together and checks what would break those who use it.
 * @throws Error that lists every fault at once: it is a mistake in the package, not something that can happen later
 */
export function defineIntegration(spec: IntegrationSpec): Integration {
  const { actions = [], triggers = [], connections = [], ...about } = spec;
  const manifest: Manifest = {
    ...about,
    actions: actions.map((action) => action.manifest),
    triggers: triggers.map((trigger) => trigger.manifest),
    connections: connections.map((connection) => connection.manifest),
  };
  const faults = findManifestFaults(manifest);
  if (faults.length > 0) throw new Error(`Integration "${spec.name}" is not well defined:\n- ${faults.join("\n- ")}`);
  return {
    manifest,
    actions: new Map(actions.map((action) => [keyOf(action), action.runtime])),
    upgrades: new Map(actions.flatMap((action) => (action.upgrade ? [[keyOf(action), action.upgrade]] : []))),
    triggers: new Map(
      triggers.flatMap(({ manifest: { name, typeVersion }, runtime }) =>
        runtime ? [[actionKey(name, typeVersion), runtime] as const] : [],
      ),
    ),
    connections: new Map(connections.map((connection) => [connection.manifest.name, connection.runtime])),
  };
}
