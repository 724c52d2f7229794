import { validateDefinition } from "@patchbay/core";
import { useDeferredValue, useEffect } from "react";
import { useEditor, useEditorServices } from "../EditorContext.tsx";

/** Validates the definition as it is edited, a moment behind, and puts the issues into the store. */
export function useIssues(): void {
  const { store, catalog } = useEditorServices();
  const definition = useDeferredValue(useEditor((state) => state.definition));
  useEffect(() => {
    store.getState().setIssues(definition.nodes.length === 0 ? [] : validateDefinition(definition, catalog));
  }, [store, catalog, definition]);
}
