"use client";

import { api } from "@convex/api";
import { Button, Dialog, Skeleton, Switch, useToast } from "@patchbay/ui";
import { useMutation, useQuery } from "convex/react";
import type { FunctionReturnType } from "convex/server";
import { useState } from "react";
import { RetentionFields } from "@/features/settings/RetentionFields";
import { fromForm, toForm } from "@/features/settings/retentionForm";
import { useOrganization } from "@/features/shell/viewer";
import { useAct } from "@/lib/useAct";

interface RetentionDialogProps {
  scenario: { id: string; name: string };
  onClose: () => void;
}

/** How long one scenario's runs are kept: as the organization says, or by a rule of its own. Holds at once, for all versions. */
export function RetentionDialog({ scenario, onClose }: RetentionDialogProps) {
  const organizationId = useOrganization().id;
  const answer = useQuery(api.retention.queries.getScenarioRetention, { organizationId, scenarioId: scenario.id });
  if (answer) return <RuleDialog scenario={scenario} answer={answer} onClose={onClose} />;
  return (
    <Dialog open onOpenChange={onClose} title={`Runs of ${scenario.name}`} description="How long they are kept.">
      <Skeleton className="h-24 w-full" />
    </Dialog>
  );
}

type Answer = FunctionReturnType<typeof api.retention.queries.getScenarioRetention>;

function RuleDialog({ scenario, answer, onClose }: RetentionDialogProps & { answer: Answer }) {
  const organizationId = useOrganization().id;
  const setRetention = useMutation(api.retention.mutations.setScenarioRetention);
  const act = useAct();
  const toast = useToast();
  const [isOwn, setOwn] = useState(answer.own !== null);
  const [form, setForm] = useState(toForm(answer.own ?? answer.inherited));
  const retention = isOwn ? fromForm(form) : null;
  const save = async () => {
    const changed = { organizationId, scenarioId: scenario.id, retention };
    const result = await act("The rule was not changed", () => setRetention(changed));
    if (!result.ok) return;
    toast({ title: "The rule holds from the next cleaning on", tone: "ok" });
    onClose();
  };
  return (
    <Dialog
      open
      onOpenChange={(isOpen) => !isOpen && onClose()}
      title={`Runs of ${scenario.name}`}
      description="How long they are kept. It holds at once, for runs of all versions."
      onSubmit={() => void save()}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" disabled={isOwn && retention === null}>
            Keep this rule
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <label className="flex items-center gap-3 text-sm font-medium">
          <Switch label="A rule of its own" checked={isOwn} onCheckedChange={setOwn} />A rule of its own
        </label>
        <RetentionFields
          idPrefix="scenario-retention"
          form={isOwn ? form : toForm(answer.inherited)}
          onChange={setForm}
          disabled={!isOwn}
        />
      </div>
    </Dialog>
  );
}
