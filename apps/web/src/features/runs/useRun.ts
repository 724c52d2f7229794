"use client";

import { api } from "@convex/api";
import { emptyDefinition, type Definition, type JsonValue, type OperationError } from "@patchbay/core";
import { useQuery } from "convex/react";
import type { FunctionReturnType } from "convex/server";
import { useMemo } from "react";
import { useOrganization } from "@/features/shell/viewer";
import { readJson, type Operation, type RunDetail } from "./runModel.ts";

type RunAnswer = NonNullable<FunctionReturnType<typeof api.runs.queries.getRun>>;

/** One run, live, with its JSON parsed. Undefined while loading, null where there is none. */
export function useRun(runId: string): RunDetail | null | undefined {
  const organizationId = useOrganization().id;
  const answer = useQuery(api.runs.queries.getRun, { organizationId, runId });
  return useMemo(() => (answer ? readRun(answer) : answer), [answer]);
}

type OperationAnswer = RunAnswer["operations"][number];
type ErrorAnswer = NonNullable<OperationAnswer["error"]>;

function readRun(answer: RunAnswer): RunDetail {
  const { id, scenarioId, state, source, trigger, startedAt, endedAt, operationCount, edgesTaken } = answer;
  return {
    ...{ id, scenarioId, state, source, trigger, startedAt, endedAt, operationCount, edgesTaken },
    error: answer.error ?? null,
    ...(answer.keptAt !== undefined && { keptAt: answer.keptAt }),
    ...(answer.dataDeletedAt !== undefined && { dataDeletedAt: answer.dataDeletedAt }),
    ...(answer.dryRun && { dryRun: answer.dryRun }),
    ...(answer.onlyNode !== undefined && { onlyNode: answer.onlyNode }),
    failure: answer.failure ?? null,
    waitingUntil: answer.waitingUntil ?? null,
    waitReason: answer.waitReason ?? null,
    generation: answer.generation,
    stopped: answer.stopped ?? null,
    ahead: answer.ahead ?? null,
    breaker: answer.breaker ?? null,
    links: answer.links,
    // It was checked when it was saved, and a run's definition never changes; null when it was removed since.
    definition: (JSON.parse(answer.definition) as Definition | null) ?? emptyDefinition(),
    payload: readJson(answer.payload),
    operations: answer.operations.map(readOperation),
    operationsCut: answer.operationsCut,
  };
}

function readOperation(answer: OperationAnswer): Operation {
  const live = answer.state === "running" || answer.state === "waiting";
  return {
    ...answer,
    id: String(answer.id),
    input: readJson(answer.input),
    output: live ? undefined : readJson(answer.output),
    error: answer.error && readError(answer.error),
    durationMs: live ? null : answer.state === "unknown" ? attemptedMs(answer) : answer.durationMs,
    attempts: answer.attempts.map(({ error, ...attempt }, index) => ({
      ...attempt,
      durationMs: answer.state === "running" && index === answer.attempts.length - 1 ? null : attempt.durationMs,
      error: error ? readError(error) : null,
    })),
    missing: answer.missing ?? [],
    decisions: (answer.decisions ?? []).map(({ before, ...decision }) => ({ ...decision, before: readJson(before) })),
  };
}

/** Until its last attempt ended: the wait for a person's decision is no part of an operation. */
function attemptedMs({ attempts, startedAt }: OperationAnswer): number {
  const last = attempts.at(-1);
  return last ? Math.max(0, last.startedAt + last.durationMs - startedAt) : 0;
}

/** An error's details cross as text, since their keys may be any. */
function readError({ details, kind, ...error }: ErrorAnswer): OperationError {
  const known = { ...error, kind: kind as OperationError["kind"] };
  return details === undefined ? known : { ...known, details: readJson(details) as JsonValue };
}
