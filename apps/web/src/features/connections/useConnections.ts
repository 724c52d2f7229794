"use client";

import { api } from "@convex/api";
import { useToast } from "@patchbay/ui";
import { useAction, useMutation, useQuery } from "convex/react";
import type { FunctionReturnType } from "convex/server";
import { useOrganization } from "@/features/shell/viewer";
import { useAct } from "@/lib/useAct";

export type ConnectionRow = FunctionReturnType<typeof api.connections.queries.listConnections>[number];

/** The organization's connections, live, and what can be done to them. Each act answers whether it worked. */
export function useConnections() {
  const organizationId = useOrganization().id;
  const act = useAct();
  const toast = useToast();
  const rows = useQuery(api.connections.queries.listConnections, { organizationId });
  const createConnection = useAction(api.connections.actions.createConnection);
  const renameConnection = useMutation(api.connections.mutations.renameConnection);
  const resetBreaker = useMutation(api.connections.mutations.resetBreaker);
  const setBreaker = useMutation(api.connections.mutations.setBreaker);
  const deleteConnection = useMutation(api.connections.mutations.deleteConnection);
  return {
    rows,
    create: async (input: { type: string; name: string; values: Record<string, string> }) => {
      const result = await act("Could not store the connection", () => createConnection({ organizationId, ...input }));
      if (result.ok) toast({ title: `${input.name} is stored`, description: "Its secrets are encrypted.", tone: "ok" });
      return result.ok;
    },
    rename: async (connectionId: string, name: string) =>
      (await act("Could not rename the connection", () => renameConnection({ organizationId, connectionId, name }))).ok,
    /** Lets everything go on that waits for the connection. */
    reset: async (connection: ConnectionRow) => {
      const reset = () => resetBreaker({ organizationId, connectionId: connection.id });
      const result = await act("Could not let the operations go on", reset);
      if (result.ok) toast({ title: "They go on", description: `Runs that waited for ${connection.name} try again.` });
    },
    setBreaker: async (connectionId: string, settings: { failures: number; pauseSeconds: number }) =>
      (await act("Could not keep the settings", () => setBreaker({ organizationId, connectionId, ...settings }))).ok,
    remove: async (connection: ConnectionRow) => {
      const result = await act("Could not delete the connection", () =>
        deleteConnection({ organizationId, connectionId: connection.id }),
      );
      if (result.ok) toast({ title: `${connection.name} is deleted` });
      return result.ok;
    },
  };
}
