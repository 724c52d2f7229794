"use client";

import { useToast } from "@patchbay/ui";
import { useCallback } from "react";
import { messageOf } from "./errors.ts";

export type ActResult<T> = { ok: true; value: T } | { ok: false };

/**
 * Runs something that may fail and reports a failure as a toast: `const result = await act("Could not rename", () => rename(...))`.
 * The result says whether it worked, so that a dialog knows whether to close.
 */
export function useAct(): <T>(failure: string, work: () => Promise<T>) => Promise<ActResult<T>> {
  const toast = useToast();
  return useCallback(
    async (failure, work) => {
      try {
        return { ok: true, value: await work() };
      } catch (error) {
        toast({ title: failure, description: messageOf(error), tone: "bad" });
        return { ok: false };
      }
    },
    [toast],
  );
}
