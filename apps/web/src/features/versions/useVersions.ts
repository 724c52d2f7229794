"use client";

import { api } from "@convex/api";
import { useToast } from "@patchbay/ui";
import { useMutation, usePaginatedQuery, useQuery } from "convex/react";
import type { FunctionReturnType } from "convex/server";
import { useRouter } from "next/navigation";
import { useOrganization } from "@/features/shell/viewer";
import { useAct } from "@/lib/useAct";

export type VersionRow = FunctionReturnType<typeof api.versions.queries.listVersions>["page"][number];
export type Draft = FunctionReturnType<typeof api.drafts.queries.getDraft>;

const PAGE_SIZE = 30;

/** A scenario's versions, newest first, and its draft, both live. */
export function useVersions(scenarioId: string) {
  const organizationId = useOrganization().id;
  const { results, status, loadMore } = usePaginatedQuery(
    api.versions.queries.listVersions,
    { organizationId, scenarioId },
    { initialNumItems: PAGE_SIZE },
  );
  const draft = useQuery(api.drafts.queries.getDraft, { organizationId, scenarioId });
  return { rows: results, status, loadMore: () => loadMore(PAGE_SIZE), draft };
}

const rollbackRefusals = {
  current: "This version is live already.",
  archived: "It is archived. Unarchive it first.",
  version_limit: "The scenario has as many versions as it may have. Archive some first.",
} as const;

/** Roll back and load into the draft, with their toasts. Each answers whether it worked. */
export function useVersionActions(scenarioId: string) {
  const organizationId = useOrganization().id;
  const act = useAct();
  const toast = useToast();
  const router = useRouter();
  const rollback = useMutation(api.versions.mutations.rollback);
  const loadVersion = useMutation(api.drafts.mutations.loadVersion);
  const openEditor = { label: "Open editor", onAction: () => router.push(`/scenarios/${scenarioId}`) };
  return {
    rollBack: async (number: number) => {
      const result = await act("Could not roll back", () => rollback({ organizationId, scenarioId, number }));
      if (!result.ok) return false;
      const outcome = result.value;
      if (outcome.kind !== "ok") {
        toast({
          title: `Not rolled back to version ${number}`,
          description: rollbackRefusals[outcome.kind],
          tone: "bad",
        });
        return false;
      }
      toast({
        title: `Version ${outcome.number} is live, with version ${number}'s content`,
        ...(outcome.draftDiffers
          ? { description: "The draft still holds its own changes; it was not touched.", action: openEditor }
          : {}),
        tone: "ok",
      });
      return true;
    },
    loadIntoDraft: async (number: number, baseRevision: number) => {
      const result = await act(`Could not load version ${number}`, () =>
        loadVersion({ organizationId, scenarioId, number, baseRevision }),
      );
      if (!result.ok) return false;
      if (result.value.kind !== "ok") {
        const description =
          result.value.kind === "conflict"
            ? "Somebody changed the draft in the meantime. Look at it, then try again."
            : (result.value.issues[0]?.message ?? "The version's content is not acceptable any more.");
        toast({ title: `Version ${number} was not loaded`, description, tone: "bad" });
        return false;
      }
      toast({
        title: `The draft holds version ${number}`,
        description: "Nothing is live yet.",
        tone: "ok",
        action: openEditor,
      });
      return true;
    },
  };
}
