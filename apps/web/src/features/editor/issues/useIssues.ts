import type { validateDefinition } from "@patchbay/core";
import { useDeferredValue, useEffect } from "react";
import { useEditor, useEditorServices } from "../EditorContext.tsx";
import { whenIdle } from "../whenIdle.ts";

type Validate = typeof validateDefinition;

/** The rules compile every formula, and so bring the whole mapping language along: the canvas does not wait for that. */
let validate: Validate | undefined;
const loadRules = async () => (validate = (await import("./rules.ts")).validateDefinition);

/** Validates the definition as it is edited, a moment behind, and puts the issues into the store. */
export function useIssues(): void {
  const { store, catalog } = useEditorServices();
  const definition = useDeferredValue(useEditor((state) => state.definition));
  const callables = useEditor((state) => state.callables);
  useEffect(() => {
    const check = (rules: Validate) =>
      store
        .getState()
        .setIssues(definition.nodes.length === 0 ? [] : rules(definition, catalog, undefined, undefined, callables));
    if (validate) {
      check(validate);
      return;
    }
    let isStale = false;
    const callOff = whenIdle(() => {
      loadRules().then(
        (rules) => {
          if (!isStale) check(rules);
        },
        // Without the rules there are no issues to show; the next change asks again, and publishing checks on the server.
        () => undefined,
      );
    });
    return () => {
      isStale = true;
      callOff();
    };
  }, [store, catalog, definition, callables]);
}
