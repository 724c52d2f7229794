"use client";

import type { api } from "@convex/api";
import { checkAnswer, type AnswerFault } from "@patchbay/core";
import type { FunctionReturnType } from "convex/server";
import { useState } from "react";
import { messageOf } from "@/lib/errors";
import { toAnswer, type Decision } from "./answerValues.ts";

type View = FunctionReturnType<typeof api.waits.queries.getWait>;
/** What a Wait node asks for. */
export type WaitRequest = Extract<View, { state: "open" }>["request"];
export type Gone = Extract<View, { state: "gone" }>["gone"];
export type Answered = FunctionReturnType<typeof api.waits.mutations.answerByToken>;

export interface AnswerFormOptions {
  request: WaitRequest;
  /** Sends the answer, JSON text. */
  send: (answer: string) => Promise<Answered>;
  onAccepted: (decision: Decision) => void;
  /** Somebody was quicker, or the time is over. */
  onGone: (gone: Gone) => void;
}

/** The state of a form that answers an approval. What is wrong is told before anything is sent, by the backend's own rules. */
export function useAnswerForm({ request, send, onAccepted, onGone }: AnswerFormOptions) {
  const [values, setValues] = useState<Record<string, string>>({});
  const [comment, setComment] = useState("");
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [failure, setFailure] = useState<string | null>(null);
  const [pending, setPending] = useState<Decision | null>(null);

  const show = (faults: readonly AnswerFault[]) => {
    setErrors(Object.fromEntries(faults.map(({ field, message }) => [field, message])));
    const shown = request.fields.find(({ name }) => faults.some(({ field }) => field === `fields.${name}`));
    if (shown) document.getElementById(fieldId(shown.name))?.focus();
    else setFailure(faults[0]?.message ?? null);
  };

  const submit = async (decision: Decision) => {
    if (pending) return;
    const answer = toAnswer(request.fields, { decision, values, comment });
    setErrors({});
    setFailure(null);
    const checked = checkAnswer({ kind: "approval", fields: request.fields }, answer);
    if (!checked.ok) return show(checked.faults);
    setPending(decision);
    try {
      const answered = await send(JSON.stringify(answer));
      if (answered.kind === "accepted") onAccepted(decision);
      else if (answered.kind === "gone") onGone(answered.gone);
      else if (answered.kind === "invalid") show(answered.faults);
      else setFailure("Too many answers were refused here. Wait a minute and try again.");
    } catch (error) {
      setFailure(messageOf(error));
    } finally {
      setPending(null);
    }
  };

  return {
    ...{ values, comment, errors, failure, pending, submit, setComment },
    change: (name: string, value: string) => setValues({ ...values, [name]: value }),
  };
}

export const fieldId = (name: string): string => `answer-${name}`;
