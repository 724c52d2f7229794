import { api } from "@convex/api";
import type { Id } from "@convex/dataModel";
import { useAction, useMutation } from "convex/react";
import { useMemo } from "react";
import type { EditorBackend } from "./types.ts";

export type TriggerWrites = Pick<
  EditorBackend,
  "setWebhookSecret" | "endPreviousWebhookSecret" | "lookForItems" | "pollNow" | "startPollingAnew"
>;

/** The calls that change what stands around a trigger: its secret, its polls. */
export function useTriggerWrites() {
  const setSecret = useMutation(api.webhooks.mutations.setSecret);
  const removeSecret = useMutation(api.webhooks.mutations.removeSecret);
  const look = useAction(api.polling.actions.look);
  const pollSoon = useMutation(api.polling.mutations.pollSoon);
  const startAnew = useMutation(api.polling.mutations.startAnew);
  return useMemo(
    () => ({ setSecret, removeSecret, look, pollSoon, startAnew }),
    [setSecret, removeSecret, look, pollSoon, startAnew],
  );
}

export function createTriggerWrites(
  scope: { organizationId: Id<"organizations">; scenarioId: string },
  calls: ReturnType<typeof useTriggerWrites>,
): TriggerWrites {
  return {
    setWebhookSecret: () => calls.setSecret(scope),
    endPreviousWebhookSecret: async () => void (await calls.removeSecret({ ...scope, which: "previous" })),
    lookForItems: () => calls.look(scope),
    pollNow: async () => void (await calls.pollSoon(scope)),
    startPollingAnew: async () => void (await calls.startAnew(scope)),
  };
}
