"use client";

import { api } from "@convex/api";
import { useConvexAuth, useQuery } from "convex/react";
import type { FunctionReturnType } from "convex/server";
import { createContext, useContext, type ReactNode } from "react";

export type Viewer = NonNullable<FunctionReturnType<typeof api.organizations.queries.getViewer>>;
export type Organization = Viewer["organizations"][number];

export type ViewerState =
  | { kind: "loading" }
  /** No session, or a session whose user is gone. */
  | { kind: "signedOut" }
  | { kind: "ready"; viewer: Viewer; organization: Organization };

const ViewerContext = createContext<ViewerState | null>(null);

/** Who is looking, and at which organization: the first one, until a person can belong to several. */
export function ViewerProvider({ children }: { children: ReactNode }) {
  const { isLoading, isAuthenticated } = useConvexAuth();
  const viewer = useQuery(api.organizations.queries.getViewer, isAuthenticated ? {} : "skip");
  return (
    <ViewerContext.Provider value={viewerState(isLoading, isAuthenticated, viewer)}>{children}</ViewerContext.Provider>
  );
}

function viewerState(isLoading: boolean, isAuthenticated: boolean, viewer: Viewer | null | undefined): ViewerState {
  if (isLoading) return { kind: "loading" };
  if (!isAuthenticated || viewer === null) return { kind: "signedOut" };
  if (viewer === undefined) return { kind: "loading" };
  const organization = viewer.organizations[0];
  return organization ? { kind: "ready", viewer, organization } : { kind: "signedOut" };
}

export function useViewerState(): ViewerState {
  const state = useContext(ViewerContext);
  if (!state) throw new Error("useViewerState needs a ViewerProvider above it.");
  return state;
}

function useReady() {
  const state = useViewerState();
  if (state.kind !== "ready") throw new Error("This is shown only when the viewer is known.");
  return state;
}

/** The organization that the page is about. Only below the shell's ready boundary. */
export function useOrganization(): Organization {
  return useReady().organization;
}

export function useViewer(): Viewer {
  return useReady().viewer;
}

/** Whether the viewer may do it, to show or hide a button. The backend decides again. */
export function useCan(permission: string): boolean {
  return (useOrganization().permissions as readonly string[]).includes(permission);
}
