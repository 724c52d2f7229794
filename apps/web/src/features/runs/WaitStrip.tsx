"use client";

import { api } from "@convex/api";
import { Button, ConfirmDialog, CopyButton, Dialog, RelativeTime, stateFacts, useToast } from "@patchbay/ui";
import { useMutation, useQuery } from "convex/react";
import type { FunctionReturnType } from "convex/server";
import { ExternalLink, Hourglass, StepForward } from "lucide-react";
import { useState } from "react";
import { useCan, useOrganization } from "@/features/shell/viewer";
import { AnswerForm } from "@/features/waits/AnswerForm";
import { messageOf } from "@/lib/errors";
import { namedNode } from "./nodeNames.ts";
import type { RunDetail } from "./runModel.ts";

type OpenWait = NonNullable<FunctionReturnType<typeof api.waits.queries.getOpenWaits>>[number];

const WAIT_TYPE = "tools.wait";

/** Of a run that waits for somebody: what for, since when and until when, and the ways to answer. */
export function WaitStrip({ run }: { run: RunDetail }) {
  // Where bundles are processed side by side, it may be at work on others while it waits.
  const mayAsk = stateFacts(run.state).live && run.definition.nodes.some(({ type }) => type === WAIT_TYPE);
  const organizationId = useOrganization().id;
  const waits = useQuery(api.waits.queries.getOpenWaits, mayAsk ? { organizationId, runId: run.id } : "skip");
  return waits?.map((wait) => <OneWait key={wait.operationId} run={run} wait={wait} />);
}

function OneWait({ run, wait }: { run: RunDetail; wait: OpenWait }) {
  const canAct = useCan("scenario:execute");
  const node = namedNode(run.definition, wait.nodeId);
  const isApproval = wait.request.kind === "approval";
  return (
    <section
      aria-label="What this run waits for"
      className="flex shrink-0 flex-wrap items-center gap-x-6 gap-y-3 border-b border-line-2 bg-signal-tint px-4 py-3"
    >
      <div className="flex min-w-0 flex-1 basis-80 gap-3">
        <Hourglass aria-hidden className="mt-0.5 size-4.5 shrink-0 text-signal" />
        <div className="min-w-0">
          <h3 className="text-sm font-semibold break-words">
            {isApproval ? "Waits for an approval: " : "Waits for an event: "}
            {wait.request.title}
          </h3>
          <p className="mt-0.5 text-sm text-pretty text-ink-2">
            Asked <RelativeTime value={wait.openedAt} /> by {node.name}{" "}
            <span className="font-mono text-xs">{wait.nodeId}</span>. {endWords(run, wait)}{" "}
            <RelativeTime value={wait.dueAt} />.
          </p>
        </div>
      </div>
      {canAct ? <WaitActs run={run} wait={wait} /> : null}
    </section>
  );
}

/** What happens at the end of the wait, up to the word before the time. */
function endWords(run: RunDetail, { nodeId }: OpenWait): string {
  const fails = run.definition.nodes.find(({ id }) => id === nodeId)?.config.onTimeout === "fail";
  return fails ? "If nobody answers, the node fails" : "If nobody answers, the run goes on";
}

function WaitActs({ run, wait }: { run: RunDetail; wait: OpenWait }) {
  const [open, setOpen] = useState<"answer" | "skip" | null>(null);
  const { addresses } = wait;
  const close = () => setOpen(null);
  return (
    <div className="flex flex-wrap items-center gap-2">
      {addresses ? (
        <CopyButton
          labelled
          size="md"
          label={addresses.page ? "Copy link" : "Copy address"}
          value={addresses.page ?? addresses.resume}
        />
      ) : null}
      {addresses?.page ? (
        <Button asChild>
          <a href={addresses.page} target="_blank" rel="noreferrer noopener">
            <ExternalLink aria-hidden />
            Open
          </a>
        </Button>
      ) : null}
      <Button onClick={() => setOpen("skip")}>
        <StepForward aria-hidden />
        Go on without
      </Button>
      {wait.request.kind === "approval" ? (
        <Button variant="primary" onClick={() => setOpen("answer")}>
          Answer here
        </Button>
      ) : null}
      {open === "answer" ? <AnswerDialog run={run} wait={wait} onClose={close} /> : null}
      {open === "skip" ? <SkipDialog run={run} wait={wait} onClose={close} /> : null}
    </div>
  );
}

interface ActDialogProps {
  run: RunDetail;
  wait: OpenWait;
  onClose: () => void;
}

function AnswerDialog({ run, wait, onClose }: ActDialogProps) {
  const organizationId = useOrganization().id;
  const answerRun = useMutation(api.waits.mutations.answerRun);
  const toast = useToast();
  const { operationId, request } = wait;
  return (
    <Dialog open onOpenChange={onClose} title={request.title} description="Your name is kept with the answer.">
      {request.message ? (
        <p className="mb-4 text-sm text-pretty break-words whitespace-pre-line text-ink-2">{request.message}</p>
      ) : null}
      <AnswerForm
        request={request}
        send={(answer) => answerRun({ organizationId, runId: run.id, operationId, answer })}
        onAccepted={(decision) => {
          toast({
            title: decision === "approved" ? "Approved; the run goes on" : "Rejected; the run goes on",
            tone: "ok",
          });
          onClose();
        }}
        onGone={() => {
          toast({
            title: "The run waits no longer",
            description: "Somebody was quicker, or the time was over.",
            tone: "bad",
          });
          onClose();
        }}
      />
    </Dialog>
  );
}

function SkipDialog({ run, wait, onClose }: ActDialogProps) {
  const organizationId = useOrganization().id;
  const skipWait = useMutation(api.waits.mutations.skipWait);
  const toast = useToast();
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      title="Go on without an answer?"
      description={`The node goes on as if its time were over, with timedOut being true, and nobody can answer “${wait.request.title}” any more. It is noted in the audit log.`}
      confirmLabel="Go on"
      onConfirm={async () => {
        try {
          await skipWait({ organizationId, runId: run.id, operationId: wait.operationId });
          toast({ title: "The run goes on without an answer", tone: "ok" });
        } catch (error) {
          toast({ title: "The run could not go on", description: messageOf(error), tone: "bad" });
          throw error;
        }
      }}
    />
  );
}
