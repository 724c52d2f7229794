import type { FindUpgrade } from "@patchbay/core";
import {
  actionKey,
  type ActionRuntime,
  type ConnectionRuntime,
  type Integration,
  type TriggerRuntime,
} from "@patchbay/sdk";
import { integrations } from "./generated/integrations.ts";

const byName: ReadonlyMap<string, Integration> = new Map(
  integrations.map((integration) => [integration.manifest.name, integration]),
);

/** By `http.request@1`: looked up for every operation, so names are not taken apart each time. */
const actions: ReadonlyMap<string, ActionRuntime> = new Map(
  integrations.flatMap(({ manifest, actions: own }) =>
    [...own].map(([key, action]) => [`${manifest.name}.${key}`, action] as const),
  ),
);

/** The code of one typeVersion of an action (`"http.request"`), or null where no integration offers it. */
export const findAction = (type: string, typeVersion: number): ActionRuntime | null =>
  actions.get(actionKey(type, typeVersion)) ?? null;

/** What leads from a typeVersion of an action to the next; null from the newest, and for what no integration offers. */
export const findUpgrade: FindUpgrade = (type, typeVersion) => {
  const [integration, name] = split(type);
  const upgrade = byName.get(integration)?.upgrades.get(actionKey(name, typeVersion));
  if (!upgrade) return null;
  const to = { type: `${integration}.${upgrade.to.name}`, typeVersion: upgrade.to.typeVersion };
  return { to, changes: upgrade.changes, upgrade: upgrade.upgrade };
};

/** The code of one typeVersion of a polling trigger (`"http.watchList"`), or null where no integration offers it. */
export function findTrigger(type: string, typeVersion: number): TriggerRuntime | null {
  const [integration, trigger] = split(type);
  return byName.get(integration)?.triggers.get(actionKey(trigger, typeVersion)) ?? null;
}

/** The code of a connection type (`"http.bearer"`), or null where no integration offers it. */
export function findConnection(type: string): ConnectionRuntime | null {
  const [integration, connection] = split(type);
  return byName.get(integration)?.connections.get(connection) ?? null;
}

export type { ActionRuntime, ConnectionRuntime, TriggerRuntime };

function split(type: string): [string, string] {
  const dot = type.indexOf(".");
  return [type.slice(0, dot), type.slice(dot + 1)];
}
