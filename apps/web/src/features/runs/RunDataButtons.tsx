"use client";

import { api } from "@convex/api";
import { ConfirmDialog, IconButton, stateFacts, useToast } from "@patchbay/ui";
import { useMutation } from "convex/react";
import { Pin, PinOff, Trash2 } from "lucide-react";
import { useState } from "react";
import { useCan, useOrganization } from "@/features/shell/viewer";
import { useAct } from "@/lib/useAct";
import type { RunDetail } from "./runModel.ts";

/** Keep a run whatever its age, or delete what it holds. */
export function RunDataButtons({ run }: { run: Pick<RunDetail, "id" | "state" | "keptAt" | "dataDeletedAt"> }) {
  const canKeep = useCan("scenario:update");
  const canDelete = useCan("scenario:delete");
  const hasEnded = !stateFacts(run.state).live && run.state !== "incomplete";
  return (
    <>
      {canKeep ? <KeepButton run={run} /> : null}
      {canDelete && hasEnded && run.dataDeletedAt === undefined ? <DeleteButton runId={run.id} /> : null}
    </>
  );
}

function KeepButton({ run }: { run: Pick<RunDetail, "id" | "keptAt"> }) {
  const organizationId = useOrganization().id;
  const keepRun = useMutation(api.retention.mutations.keepRun);
  const act = useAct();
  const toast = useToast();
  const isKept = run.keptAt !== undefined;
  const change = async () => {
    const result = await act("Not changed", () => keepRun({ organizationId, runId: run.id, keep: !isKept }));
    if (!result.ok) return;
    toast({
      title: isKept ? "The run is kept as long as others" : "The run is kept, whatever its age",
      tone: "ok",
    });
  };
  return (
    <IconButton
      label={isKept ? "Do not keep this run any longer than others" : "Keep this run, whatever its age"}
      aria-pressed={isKept}
      onClick={() => void change()}
    >
      {isKept ? <PinOff aria-hidden /> : <Pin aria-hidden />}
    </IconButton>
  );
}

function DeleteButton({ runId }: { runId: string }) {
  const organizationId = useOrganization().id;
  const deleteRunData = useMutation(api.retention.mutations.deleteRunData);
  const act = useAct();
  const toast = useToast();
  const [isAsking, setAsking] = useState(false);
  return (
    <>
      <IconButton label="Delete this run’s data" onClick={() => setAsking(true)}>
        <Trash2 aria-hidden />
      </IconButton>
      {isAsking ? (
        <ConfirmDialog
          open
          onOpenChange={() => setAsking(false)}
          title="Delete this run’s data?"
          description="All inputs, outputs and errors go at once and for good. The run stays in lists, and cannot be replayed."
          confirmLabel="Delete the data"
          tone="danger"
          onConfirm={async () => {
            const result = await act("The data was not deleted", () => deleteRunData({ organizationId, runId }));
            if (!result.ok) throw new Error("not deleted");
            toast({ title: "The run’s data is deleted", tone: "ok" });
          }}
        />
      ) : null}
    </>
  );
}
