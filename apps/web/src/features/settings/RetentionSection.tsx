"use client";

import { api } from "@convex/api";
import { Button, RelativeTime, Skeleton, useToast } from "@patchbay/ui";
import { useMutation, useQuery } from "convex/react";
import type { FunctionReturnType } from "convex/server";
import { useState, type ReactNode } from "react";
import { useCan, useOrganization } from "@/features/shell/viewer";
import { useAct } from "@/lib/useAct";
import { RetentionFields } from "./RetentionFields.tsx";
import { fromForm, toForm, type RetentionForm } from "./retentionForm.ts";
import { Section } from "./Section.tsx";

type Answer = FunctionReturnType<typeof api.retention.queries.getRetention>;

/** How long the organization's runs are kept, what is stored, and what the last cleaning did. */
export function RetentionSection() {
  const organizationId = useOrganization().id;
  const answer = useQuery(api.retention.queries.getRetention, { organizationId });
  return (
    <Section
      title="Runs that are kept"
      text="A scenario can have a rule of its own. Incomplete runs stay until somebody resolves them."
    >
      <div className="px-4 py-4">
        {answer ? <Rule key={organizationId} answer={answer} /> : <Skeleton className="h-24 w-full" />}
      </div>
      {answer ? <Report answer={answer} /> : null}
    </Section>
  );
}

function Rule({ answer }: { answer: Answer }) {
  const organizationId = useOrganization().id;
  const canChange = useCan("org:settings:update");
  const setRetention = useMutation(api.retention.mutations.setOrganizationRetention);
  const act = useAct();
  const toast = useToast();
  const [typed, setTyped] = useState<RetentionForm | null>(null);
  const [pending, setPending] = useState(false);
  const retention = fromForm(typed ?? toForm(answer.retention));
  const save = async () => {
    if (!retention) return;
    setPending(true);
    const result = await act("The rule was not changed", () => setRetention({ organizationId, retention }));
    setPending(false);
    if (!result.ok) return;
    setTyped(null);
    toast({ title: "The rule holds from the next cleaning on", tone: "ok" });
  };
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <RetentionFields
        idPrefix="retention"
        form={typed ?? toForm(answer.retention)}
        onChange={setTyped}
        disabled={!canChange}
      />
      {canChange ? (
        <Button type="submit" className="mt-4" pending={pending} disabled={typed === null || retention === null}>
          Keep this rule
        </Button>
      ) : null}
    </form>
  );
}

function Report({ answer: { report, keptRuns } }: { answer: Answer }) {
  if (!report) {
    return <p className="border-t border-line px-4 py-3 text-sm text-ink-3">The first cleaning is within the hour.</p>;
  }
  const stored = report.storedRuns?.toLocaleString("en-GB");
  return (
    <dl className="flex flex-wrap gap-x-6 gap-y-1 border-t border-line px-4 py-3 text-sm">
      <Fact label="Next cleaning">
        <RelativeTime value={report.nextAt} />
      </Fact>
      <Fact label="Deleted by the last">{`${report.deletedRuns.toLocaleString("en-GB")} runs`}</Fact>
      <Fact label="Stored">
        {stored === undefined ? "being counted" : `${report.isAtLeast ? "more than " : ""}${stored} runs`}
      </Fact>
      <Fact label="Kept by hand">{`${keptRuns} runs`}</Fact>
    </dl>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="flex items-baseline gap-1.5">
      <dt className="text-ink-3">{label}</dt>
      <dd className="font-medium tabular-nums">{children}</dd>
    </div>
  );
}
