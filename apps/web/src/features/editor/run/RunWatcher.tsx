import { useEffect } from "react";
import { useEditor, useEditorServices } from "../EditorContext.tsx";

/** Follows the watched run, if there is one, and puts how it stands into the store. */
export function RunWatcher() {
  const runId = useEditor((state) => state.watchedRunId);
  return runId === null ? null : <Following key={runId} runId={runId} />;
}

function Following({ runId }: { runId: string }) {
  const { store, backend } = useEditorServices();
  const run = backend.useRun(runId);
  useEffect(() => {
    if (run) store.getState().showRun(run);
    else if (run === null) store.getState().watch(null);
  }, [store, run]);
  return null;
}
