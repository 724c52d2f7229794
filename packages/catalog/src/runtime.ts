import { actionKey, type ActionRuntime, type ConnectionRuntime, type Integration } from "@patchbay/sdk";
import { integrations } from "./generated/integrations.ts";

const byName: ReadonlyMap<string, Integration> = new Map(
  integrations.map((integration) => [integration.manifest.name, integration]),
);

/** The code of one typeVersion of an action (`"http.request"`), or null where no integration offers it. */
export function findAction(type: string, typeVersion: number): ActionRuntime | null {
  const [integration, action] = split(type);
  return byName.get(integration)?.actions.get(actionKey(action, typeVersion)) ?? null;
}

/** The code of a connection type (`"http.bearer"`), or null where no integration offers it. */
export function findConnection(type: string): ConnectionRuntime | null {
  const [integration, connection] = split(type);
  return byName.get(integration)?.connections.get(connection) ?? null;
}

export type { ActionRuntime, ConnectionRuntime };

function split(type: string): [string, string] {
  const dot = type.indexOf(".");
  return [type.slice(0, dot), type.slice(dot + 1)];
}
