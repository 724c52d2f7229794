"use client";

import type { NodeId } from "@patchbay/core";
import { createContext, useCallback, useContext, useDeferredValue, useMemo, useRef, useState } from "react";
import type { ReactNode } from "react";
import { useEditor, useEditorServices } from "../EditorContext.tsx";
import { collectSamples, sourceNodes } from "./samples.ts";
import type { SourceNode } from "./samples.ts";

/** A box that takes formulas, as the value panel sees it. */
export interface MappingTarget {
  /** Puts a reference or function where the cursor is, with braces where they are needed. */
  insert: (formula: string) => void;
}

export interface MappingScope {
  /** What can be read here, nearest first. */
  sources: readonly SourceNode[];
  /** The box that has or had the focus last. */
  target: MappingTarget | null;
  setTarget: (target: MappingTarget) => void;
  clearTarget: (target: MappingTarget) => void;
}

const Context = createContext<MappingScope | null>(null);

/** Gives the boxes inside the values that can be read at `nodeId`. */
export function MappingScopeProvider({ nodeId, children }: { nodeId: NodeId; children: ReactNode }) {
  const { backend, catalog } = useEditorServices();
  // A moment behind: what can be read here rarely changes with a key, and typing must not wait for it.
  const definition = useDeferredValue(useEditor((state) => state.definition));
  const rows = backend.useSamples();
  const listening = backend.useListening();
  const callables = useEditor((state) => state.callables);
  const [target, setTarget] = useState<MappingTarget | null>(null);
  const sources = useMemo(() => {
    const samples = collectSamples(definition, catalog, rows ?? [], listening);
    return sourceNodes(definition, catalog, nodeId, samples, callables);
  }, [definition, catalog, nodeId, rows, listening, callables]);
  const stable = useStableSources(sources);
  const clearTarget = useCallback(
    (gone: MappingTarget) => setTarget((current) => (current === gone ? null : current)),
    [],
  );
  const scope = useMemo(() => ({ sources: stable, target, setTarget, clearTarget }), [stable, target, clearTarget]);
  return <Context value={scope}>{children}</Context>;
}

/** The same array while its content is the same: every key pressed in a form makes a new definition. */
function useStableSources(sources: SourceNode[]): readonly SourceNode[] {
  const last = useRef<readonly SourceNode[]>(sources);
  const isSame =
    last.current.length === sources.length &&
    sources.every((source, place) => {
      const before = last.current[place]!;
      return (
        before.id === source.id &&
        before.title === source.title &&
        before.origin === source.origin &&
        before.shape === source.shape &&
        sameJson(before.sample, source.sample)
      );
    });
  if (!isSame) last.current = sources;
  return last.current;
}

const sameJson = (a: unknown, b: unknown): boolean => a === b || JSON.stringify(a) === JSON.stringify(b);

export function useMappingScope(): MappingScope {
  const scope = useContext(Context);
  if (!scope) throw new Error("A formula box was rendered outside a mapping scope.");
  return scope;
}
