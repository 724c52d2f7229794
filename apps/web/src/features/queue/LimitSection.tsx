"use client";

import { Button, Field, Input } from "@patchbay/ui";
import { useState, type FormEvent } from "react";
import { readLimit } from "./queueWords.ts";
import type { QueueActions } from "./useQueue.ts";

/** As in `convex/queue/organization.ts`. */
const MAX_LIMIT = 200;

/** How many of the organization's runs may be under way at a time. */
export function LimitSection({ limit, actions }: { limit: number | null; actions: QueueActions }) {
  const saved = limit === null ? "" : String(limit);
  const [typed, setTyped] = useState(saved);
  const [pending, setPending] = useState(false);
  const read = readLimit(typed, MAX_LIMIT);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (read === undefined || typed === saved) return;
    setPending(true);
    await actions.update("Could not change the limit", { maxConcurrentRuns: read });
    setPending(false);
  };
  return (
    <form onSubmit={(event) => void submit(event)} noValidate className="flex max-w-160 items-start gap-3 px-5 py-6">
      <div className="flex-1">
        <Field
          label="Runs under way at a time, all scenarios together"
          htmlFor="organization-limit"
          hint="Empty: no limit but the fair share that keeps organizations out of each other's way. Runs that wait for a time do not count."
          error={read === undefined ? `Enter a whole number from 1 to ${MAX_LIMIT}, or nothing.` : undefined}
        >
          <Input
            id="organization-limit"
            inputMode="numeric"
            autoComplete="off"
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
        </Field>
      </div>
      <Button type="submit" className="mt-5.5" pending={pending} disabled={read === undefined || typed === saved}>
        Save
      </Button>
    </form>
  );
}
