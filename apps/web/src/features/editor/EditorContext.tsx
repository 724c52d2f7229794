"use client";

import type { ManifestCatalog } from "@patchbay/core";
import { createContext, useContext } from "react";
import { useStore } from "zustand";
import type { EditorBackend } from "./backend/types.ts";
import type { DraftSaver } from "./saving/draftSaver.ts";
import type { EditorState, EditorStore } from "./store/editorStore.ts";

export interface EditorServices {
  store: EditorStore;
  backend: EditorBackend;
  saver: DraftSaver;
  catalog: ManifestCatalog;
}

export const EditorContext = createContext<EditorServices | null>(null);

/** The store, saver and backend of the editor around. */
export function useEditorServices(): EditorServices {
  const services = useContext(EditorContext);
  if (!services) throw new Error("A part of the editor was rendered outside of it.");
  return services;
}

/** Reads the editor's store; `selector` must return something that stays the same while nothing relevant changes. */
export function useEditor<T>(selector: (state: EditorState) => T): T {
  return useStore(useEditorServices().store, selector);
}
