/**
 * The six promises of a run, each with tests that fail when it is broken: the changes below break them, one at a time.
 * `promises.test.ts` sees to it that the changes still fit the code, `promises.long.ts` makes each of them and expects the test to fail.
 */

/** A change to the code that breaks a promise, and the test file that has to notice. */
export interface Breach {
  what: string;
  file: string;
  from: string;
  to: string;
  test: string;
}

export interface RunPromise {
  says: string;
  breaches: readonly Breach[];
}

export const promises: readonly RunPromise[] = [
  {
    says: "202 means stored; every accepted event has exactly one run, whatever is killed and when.",
    breaches: [
      {
        what: "an event that comes again gets another run",
        file: "convex/webhooks/ingest.ts",
        from: "if (repeated) return repeated;",
        to: "void repeated;",
        test: "convex/webhooks/webhooks.test.ts",
      },
      {
        what: "a stored run is given to nobody",
        file: "convex/runs/start.ts",
        from: "await arrange(ctx, { ...fields, runId }, placed);",
        to: "void arrange;",
        test: "convex/runs/executor.test.ts",
      },
    ],
  },
  {
    says: "A `write` is performed at most once per operation unless its node says otherwise.",
    breaches: [
      {
        what: "a write whose result was lost is performed again",
        file: "packages/engine/src/retry.ts",
        from: 'const mayRepeat = effect !== "write" ||',
        to: "const mayRepeat = true ||",
        test: "packages/engine/src/faults.test.ts",
      },
      {
        what: "a write whose executor died is handed out again",
        file: "convex/runs/sweeper.ts",
        from: 'const lost = state ? pendingsOf(state).filter(({ phase }) => phase === "performing") : [];',
        to: "const lost = state ? pendingsOf(state).slice(0, 0) : [];",
        test: "convex/runs/recovery.test.ts",
      },
      {
        what: "a result is taken for an attempt that is not its own",
        file: "packages/engine/src/advance.ts",
        from: "const isSame = pending?.id === event.operationId && pending.attempt === event.attempt;",
        to: "const isSame = pending !== null;",
        test: "packages/engine/src/faults.test.ts",
      },
    ],
  },
  {
    says: "A run that was interrupted anywhere and resumed ends with the same outputs as one that was not.",
    breaches: [
      {
        what: "chance is drawn anew when a run goes on",
        file: "packages/engine/src/turn.ts",
        from: "getSeed: () => `${state.seed}/${place()}`",
        to: "getSeed: () => `${ports.random()}${ports.nowMs}/${place()}`",
        test: "packages/engine/src/faults.test.ts",
      },
      {
        what: "what aggregators have collected is lost with the process",
        file: "packages/engine/src/state.ts",
        from: "return JSON.stringify({ ...state, stack: [{ ...event, bundles: [] }, ...rest] });",
        to: 'return JSON.stringify({ ...state, stack: [{ ...event, bundles: [] }, ...rest] }, (key, value: unknown) => (key === "collected" ? undefined : value));',
        test: "packages/engine/src/faults.test.ts",
      },
    ],
  },
  {
    says: "A run only ever executes the version it was pinned to, unless a person migrates it.",
    breaches: [
      {
        what: "a run goes on with whichever plan was compiled last",
        file: "convex/runs/plans.ts",
        from: "let compiled = plans.get(run.definitionKey);",
        to: "let compiled = [...plans.values()].at(-1);",
        test: "convex/runs/lifecycle.test.ts",
      },
      {
        what: "runs of a draft follow the draft",
        file: "convex/runs/plans.ts",
        from: "const known = plans.get(args.definitionKey);",
        to: "const known = [...plans.values()].at(-1);",
        test: "convex/runs/lifecycle.test.ts",
      },
    ],
  },
  {
    says: 'A run ends or shows why it waits; nothing is "running" after its lease has expired.',
    breaches: [
      {
        what: "leases that have expired are not looked for",
        file: "convex/runs/sweeper.ts",
        from: "for (const run of expired) await resumeExpired(ctx, run);",
        to: "void resumeExpired;",
        test: "convex/runs/recovery.test.ts",
      },
      {
        what: "timers that were lost are not looked for",
        file: "convex/runs/sweeper.ts",
        from: "for (const run of overdue) await wakeWaiting(ctx, run);",
        to: "void wakeWaiting;",
        test: "convex/runs/recovery.test.ts",
      },
      {
        what: "a timer of an earlier wait moves a run on",
        file: "convex/runs/wake.ts",
        from: "|| run.generation !== args.generation",
        to: "",
        test: "convex/runs/lifecycle.test.ts",
      },
    ],
  },
  {
    says: "Runs of one organization cannot slow another's beyond a stated factor.",
    breaches: [
      {
        what: "an organization may hold every place of an executor",
        file: "convex/runs/claims.ts",
        from: "return Math.max(0, Math.ceil((FAIR_SHARE * this.free - held) / (FAIR_SHARE + 1)));",
        to: "return this.free + 0 * (held + FAIR_SHARE);",
        test: "convex/runs/fairness.test.ts",
      },
    ],
  },
];
