"use client";

import { api } from "@convex/api";
import { useToast } from "@patchbay/ui";
import { useAction, useMutation, useQuery } from "convex/react";
import type { FunctionReturnType } from "convex/server";
import { useOrganization } from "@/features/shell/viewer";
import { useAct } from "@/lib/useAct";

export type ApiKeyRow = FunctionReturnType<typeof api.apiKeys.queries.listApiKeys>[number];

/** One's own API keys, live. `create` answers the key, which exists nowhere else afterwards, or null. */
export function useApiKeys() {
  const organizationId = useOrganization().id;
  const act = useAct();
  const toast = useToast();
  const rows = useQuery(api.apiKeys.queries.listApiKeys, { organizationId });
  const createApiKey = useAction(api.apiKeys.actions.createApiKey);
  const revokeApiKey = useMutation(api.apiKeys.mutations.revokeApiKey);
  return {
    rows,
    create: async (name: string): Promise<string | null> => {
      const result = await act("Could not make the key", () => createApiKey({ organizationId, name }));
      return result.ok ? result.value.key : null;
    },
    revoke: async (row: ApiKeyRow) => {
      const result = await act("Could not revoke the key", () => revokeApiKey({ organizationId, apiKeyId: row.id }));
      if (result.ok)
        toast({ title: `${row.name} is revoked`, description: "Requests with it are refused from now on." });
      return result.ok;
    },
  };
}
