"use client";

import { api } from "@convex/api";
import { EmptyState, formatExact, Logo, RelativeTime, Skeleton, useNow } from "@patchbay/ui";
import { useMutation, useQuery } from "convex/react";
import { CircleCheck, CircleSlash, Clock, Hourglass, Unplug } from "lucide-react";
import { useState, type ReactNode } from "react";
import { ConnectionBanner } from "@/features/shell/ConnectionBanner";
import { AnswerForm } from "./AnswerForm.tsx";
import type { Decision } from "./answerValues.ts";
import type { Gone, WaitRequest } from "./useAnswerForm.ts";

/** Where somebody without an account answers what a run waits for. Whoever has the address may. */
export function ApprovalPage({ token }: { token: string }) {
  return (
    <div className="flex min-h-dvh flex-col">
      <ConnectionBanner />
      <main className="dot-grid flex flex-1 flex-col items-center bg-canvas px-4 py-6 sm:justify-center sm:py-10">
        <section className="w-full max-w-120 overflow-hidden rounded-pop border border-line-2 bg-surface shadow-pop">
          <Approval token={token} />
        </section>
        <footer className="mt-4 flex items-center gap-1.5 text-xs text-ink-3">
          <Logo size={14} />
          Sent by an automation on Patchbay
        </footer>
      </main>
    </div>
  );
}

function Approval({ token }: { token: string }) {
  const view = useQuery(api.waits.queries.getWait, { token });
  const answer = useMutation(api.waits.mutations.answerByToken);
  const [decided, setDecided] = useState<{ decision: Decision; title: string } | null>(null);
  const [gone, setGone] = useState<Gone | null>(null);
  const nowMs = useNow();
  if (decided) return <Thanks {...decided} />;
  if (view === undefined) return <ApprovalSkeleton />;
  if (view.state === "unknown") return <NoSuchRequest />;
  if (view.state === "gone") return <Over title={view.title} gone={view.gone} />;
  if (view.state === "expected") return <NotYet />;
  const { request, dueAt, openedAt } = view;
  // What is asked for stays the same; only time passes, of which no update comes.
  const over = gone ?? (nowMs >= dueAt ? { reason: "expired" as const, at: dueAt } : null);
  if (over) return <Over title={request.title} gone={over} />;
  return (
    <>
      <RequestHead request={request} openedAt={openedAt} dueAt={dueAt} />
      <div className="p-5">
        {request.kind === "event" ? (
          <p className="text-sm text-pretty text-ink-2">
            This is answered by another program, which posts its data to this address. There is nothing to do here.
          </p>
        ) : (
          <AnswerForm
            request={request}
            send={(text) => answer({ token, answer: text })}
            onAccepted={(decision) => setDecided({ decision, title: request.title })}
            onGone={setGone}
          />
        )}
      </div>
    </>
  );
}

function RequestHead({ request, openedAt, dueAt }: { request: WaitRequest; openedAt: number; dueAt: number }) {
  return (
    <header className="border-b border-line p-5">
      <p className="text-xs text-ink-3">
        Asked <RelativeTime value={openedAt} />
      </p>
      <h1 className="mt-1 text-xl font-semibold text-pretty break-words">{request.title}</h1>
      {request.message ? (
        <p className="mt-2 text-sm text-pretty break-words whitespace-pre-line text-ink-2">{request.message}</p>
      ) : null}
      <p className="mt-3 flex items-center gap-1.5 text-xs text-ink-2">
        <Clock aria-hidden className="size-3.5 shrink-0" />
        <span>
          Can be answered until <time dateTime={new Date(dueAt).toISOString()}>{formatExact(dueAt)}</time>
        </span>
      </p>
    </header>
  );
}

function Thanks({ decision, title }: { decision: Decision; title: string }) {
  return (
    <Message
      icon={<CircleCheck aria-hidden />}
      title={decision === "approved" ? "Approved. Thank you." : "Rejected. Thank you."}
    >
      <Subject title={title} />
      Your answer has arrived, and the automation goes on with it. You can close this page.
    </Message>
  );
}

function Over({ title, gone }: { title: string; gone: Gone }) {
  const { heading, text } = words(gone);
  return (
    <Message icon={gone.reason === "expired" ? <Hourglass aria-hidden /> : <CircleSlash aria-hidden />} title={heading}>
      <Subject title={title} />
      {text}
    </Message>
  );
}

function words(gone: Gone): { heading: string; text: string } {
  const at = formatExact(gone.at);
  switch (gone.reason) {
    case "answered":
      return {
        heading: "Already answered",
        text: `This was answered${gone.by === null ? "" : ` by ${gone.by}`} at ${at}. An address can be used once.`,
      };
    case "skipped":
      return { heading: "No longer needed", text: `The automation went on without an answer at ${at}.` };
    case "expired":
      return {
        heading: "The time to answer is over",
        text: `It ended at ${at}. Ask whoever sent you here whether it still matters.`,
      };
    case "ended":
      return { heading: "No longer needed", text: `The automation that asked has ended at ${at}.` };
  }
}

function NotYet() {
  return (
    <Message icon={<Hourglass aria-hidden />} title="Not quite there yet">
      The automation that sent this is still on its way to the question. It appears here by itself; keep the page open.
    </Message>
  );
}

function NoSuchRequest() {
  return (
    <Message icon={<Unplug aria-hidden />} title="There is nothing to answer here">
      The address may have been copied in part, or what it asked for was removed long ago.
    </Message>
  );
}

function Message({ icon, title, children }: { icon: ReactNode; title: string; children: ReactNode }) {
  return (
    <div role="status">
      <EmptyState icon={icon} title={title} level={1}>
        {children}
      </EmptyState>
    </div>
  );
}

function Subject({ title }: { title: string }) {
  return title === "" ? null : <span className="mb-1 block font-medium break-words text-ink">{title}</span>;
}

function ApprovalSkeleton() {
  return (
    <div aria-busy="true" aria-label="Loading" className="flex flex-col gap-4 p-5">
      <Skeleton className="h-6 w-56" />
      <Skeleton className="w-full" />
      <Skeleton className="w-64" />
      <Skeleton className="h-8 w-full" />
      <Skeleton className="h-8 w-40" />
    </div>
  );
}
