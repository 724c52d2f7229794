import { calledScenarios } from "@patchbay/core";
import { useDeferredValue, useEffect, useMemo } from "react";
import { useEditor, useEditorServices } from "../EditorContext.tsx";

/** Keeps what is known of the scenarios that nodes call in the store: for checks, values to map, and names on the canvas. */
export function useCallables(): void {
  const { store, backend, catalog } = useEditorServices();
  const definition = useDeferredValue(useEditor((state) => state.definition));
  const joined = useMemo(() => calledScenarios(definition, catalog).sort().join(" "), [definition, catalog]);
  const ids = useMemo(() => (joined === "" ? [] : joined.split(" ")), [joined]);
  const found = backend.useCallables(ids);
  useEffect(() => {
    // Not known yet is something else than not there: nothing is said of a scenario that was just chosen.
    store.getState().setCallables(found && new Map(found.map((callable) => [callable.id, callable])));
  }, [store, found]);
}
