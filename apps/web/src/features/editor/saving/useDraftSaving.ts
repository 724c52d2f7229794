import { mergeDefinitions, parseDefinition } from "@patchbay/core";
import type { Definition, NodeId } from "@patchbay/core";
import { useEffect, useState } from "react";
import { useEditorServices } from "../EditorContext.tsx";
import type { MergeOutcome, SaveState } from "./draftSaver.ts";

/** Reads a definition that the server or the local log holds. Throws where it is none: nothing may be built on it then. */
export function parseStored(json: string): Definition {
  const parsed = parseDefinition(JSON.parse(json));
  if (!parsed.ok) throw new Error(`The stored draft cannot be read: ${parsed.issues[0]?.message ?? "unknown reason"}`);
  return parsed.definition;
}

/** Merges by core's rules; only what needs a person is a conflict. */
export function mergeDrafts(base: Definition, ours: Definition, theirs: Definition, highestId: NodeId): MergeOutcome {
  const merged = mergeDefinitions(base, ours, theirs, { highestId });
  return merged.conflicts.length === 0 ? { kind: "merged", definition: merged.definition } : { kind: "conflict" };
}

/** Connects store, saver and the world: changes go to the saver, news from the server and the network too. */
export function useDraftSaving(): void {
  const { store, saver, backend } = useEditorServices();
  const draft = backend.useDraft();
  const isOnline = backend.useOnline();
  useEffect(
    () =>
      store.subscribe((state, before) => {
        if (state.changeCount !== before.changeCount) saver.change(state.definition);
      }),
    [store, saver],
  );
  useEffect(() => {
    if (draft) saver.receiveHead(draft);
  }, [draft, saver]);
  useEffect(() => saver.setOnline(isOnline), [isOnline, saver]);
  useEffect(() => {
    // The log keeps the changes; the question is there because the server does not have them yet.
    const warn = (event: BeforeUnloadEvent) => {
      if (saver.hasUnsaved()) event.preventDefault();
    };
    const flush = () => {
      if (document.visibilityState === "hidden") void saver.flush();
    };
    window.addEventListener("beforeunload", warn);
    document.addEventListener("visibilitychange", flush);
    return () => {
      window.removeEventListener("beforeunload", warn);
      document.removeEventListener("visibilitychange", flush);
    };
  }, [saver]);
}

/** What the save label says; follows the saver. */
export function useSaveState(subscribe: (listen: (state: SaveState) => void) => () => void): SaveState {
  const { saver } = useEditorServices();
  const [state, setState] = useState(() => saver.getState());
  useEffect(() => subscribe(setState), [subscribe]);
  return state;
}
