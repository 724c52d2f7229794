import { useToast } from "@patchbay/ui";
import type { NodeId } from "@patchbay/core";
import { useCallback, useState } from "react";
import { messageOf } from "@/lib/errors.ts";
import { useEditorServices } from "../EditorContext.tsx";

/** Saves the draft and executes one node of it; its run is then watched. Answers whether it has started. */
export function useRunNode(): { isStarting: boolean; runNode: (nodeId: NodeId, bundles: string) => Promise<boolean> } {
  const { store, saver, backend } = useEditorServices();
  const toast = useToast();
  const [isStarting, setStarting] = useState(false);
  const runNode = useCallback(
    async (nodeId: NodeId, bundles: string) => {
      const refuse = (description: string | undefined) => {
        toast({ title: "The node was not run", description, tone: "bad" });
        return false;
      };
      setStarting(true);
      try {
        const revision = await saver.flush();
        if (revision === null) return refuse("The draft is not saved yet. A run uses what the server has.");
        const result = await backend.runNode({ nodeId, bundles });
        if (result.kind === "invalid") return refuse(result.issues[0]?.message);
        store.getState().watch(result.runId);
        return true;
      } catch (error) {
        return refuse(messageOf(error));
      } finally {
        setStarting(false);
      }
    },
    [store, saver, backend, toast],
  );
  return { isStarting, runNode };
}
