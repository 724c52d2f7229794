"use client";

import { api } from "@convex/api";
import { Notice } from "@patchbay/ui";
import { useQuery } from "convex/react";
import { TriangleAlert } from "lucide-react";
import Link from "next/link";
import { useOrganization } from "@/features/shell/viewer";

/** Scenarios whose published versions call this one; undefined while that is not known. */
export function useCallers(scenarioId: string, isWanted = true) {
  const organizationId = useOrganization().id;
  return useQuery(api.scenarios.queries.listCallers, isWanted ? { organizationId, scenarioId } : "skip");
}

const SHOWN = 5;

/** Warns of what stops working when a scenario that others call can no longer be called. */
export function CallersNotice({ scenarioId }: { scenarioId: string }) {
  const callers = useCallers(scenarioId);
  if (!callers || callers.length === 0) return null;
  const rest = callers.length - SHOWN;
  return (
    <Notice
      tone="warn"
      icon={<TriangleAlert aria-hidden />}
      title={callers.length === 1 ? "Another scenario calls it" : `${callers.length} other scenarios call it`}
    >
      Their calls fail from then on:{" "}
      {callers.slice(0, SHOWN).map((caller, place) => (
        <span key={caller.id}>
          {place > 0 ? ", " : ""}
          <Link href={`/scenarios/${caller.id}`} className="underline underline-offset-2">
            {caller.name}
          </Link>
        </span>
      ))}
      {rest > 0 ? ` and ${rest} more` : ""}.
    </Notice>
  );
}
