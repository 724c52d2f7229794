import type { ManifestCatalog } from "@patchbay/core";
import type { DraftInfo, EditorBackend, ScenarioInfo } from "./backend/types.ts";
import type { EditorServices } from "./EditorContext.tsx";
import { createDraftSaver } from "./saving/draftSaver.ts";
import type { DraftSaver, LocalLog, SaveState } from "./saving/draftSaver.ts";
import { indexedDbLog } from "./saving/localLog.ts";
import { mergeDrafts, parseStored } from "./saving/useDraftSaving.ts";
import { createEditorStore } from "./store/editorStore.ts";

export interface EditorSession {
  services: EditorServices;
  /** Follows the save state; the returned function stops. */
  subscribe: (listen: (state: SaveState) => void) => () => void;
  close: () => void;
}

export interface OpenEditorSession {
  backend: EditorBackend;
  scenario: ScenarioInfo;
  draft: DraftInfo;
  viewerId: string;
  catalog: ManifestCatalog;
  log?: LocalLog;
}

/** Makes store and saver for one editor, and takes over what a former one could not save. Throws where the draft is unreadable. */
export async function openEditorSession({
  backend,
  scenario,
  draft,
  viewerId,
  catalog,
  log,
}: OpenEditorSession): Promise<EditorSession> {
  const localLog = log ?? indexedDbLog(viewerId, scenario.id);
  const definition = parseStored(draft.definition);
  const store = createEditorStore({
    definition,
    nodeHighWaterMark: scenario.nodeHighWaterMark,
    catalog,
    now: () => Date.now(),
  });
  const listeners = new Set<(state: SaveState) => void>();
  const saver: DraftSaver = createDraftSaver({
    head: { revision: draft.revision, definition, updatedAt: draft.updatedAt },
    save: (args) => backend.saveDraft(args),
    parse: parseStored,
    merge: (base, ours, theirs) => mergeDrafts(base, ours, theirs, store.getState().highWaterMark),
    log: localLog,
    clock: {
      now: () => Date.now(),
      setTimeout: (act, ms) => setTimeout(act, ms),
      clearTimeout: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
    },
    onReceive: (next) => store.getState().receive(next),
    onState: (state) => {
      for (const listen of listeners) listen(state);
    },
  });
  const left = await localLog.read();
  if (left) saver.recover(left);
  return {
    services: { store, backend, saver, catalog },
    subscribe: (listen) => {
      listeners.add(listen);
      return () => listeners.delete(listen);
    },
    close: () => {
      void saver.flush().finally(() => saver.dispose());
    },
  };
}
