"use client";

import { api } from "@convex/api";
import { useQuery } from "convex/react";
import type { FunctionReturnType } from "convex/server";
import { usePathname, useRouter } from "next/navigation";
import { createContext, useCallback, useContext, useMemo, useState, type ReactNode } from "react";
import { chooseOrganization, readRememberedOrganization, rememberOrganization } from "./organizationChoice.ts";
import { useSession, type Session } from "./useSession.ts";

export type Viewer = NonNullable<FunctionReturnType<typeof api.organizations.queries.getViewer>>;
export type Organization = Viewer["organizations"][number];

export type ViewerState =
  | { kind: "loading" }
  /** No session, or a session whose user is gone. */
  | { kind: "signedOut" }
  | { kind: "ready"; viewer: Viewer; organization: Organization };

interface ViewerContextValue {
  state: ViewerState;
  switchTo: (organizationId: string) => void;
}

const ViewerContext = createContext<ViewerContextValue | null>(null);

/** Who is looking, and at which organization: the one they looked at last, else their first. */
export function ViewerProvider({ children }: { children: ReactNode }) {
  const session = useSession();
  const isAuthenticated = session === "accepted";
  const viewer = useQuery(api.organizations.queries.getViewer, isAuthenticated ? {} : "skip");
  const [chosenId, setChosenId] = useState(readRememberedOrganization);
  const state = useMemo(() => viewerState({ session, viewer, chosenId }), [session, viewer, chosenId]);
  const switchTo = useCallback((organizationId: string) => {
    rememberOrganization(organizationId);
    setChosenId(organizationId);
  }, []);
  const value = useMemo(() => ({ state, switchTo }), [state, switchTo]);
  return <ViewerContext value={value}>{children}</ViewerContext>;
}

interface Known {
  session: Session;
  viewer: Viewer | null | undefined;
  chosenId: string | null;
}

function viewerState({ session, viewer, chosenId }: Known): ViewerState {
  if (session === "pending") return { kind: "loading" };
  if (session === "none" || viewer === null) return { kind: "signedOut" };
  if (viewer === undefined) return { kind: "loading" };
  const organization = chooseOrganization(viewer.organizations, chosenId);
  return organization ? { kind: "ready", viewer, organization } : { kind: "signedOut" };
}

function useViewerContext(): ViewerContextValue {
  const value = useContext(ViewerContext);
  if (!value) throw new Error("This needs a ViewerProvider above it.");
  return value;
}

export function useViewerState(): ViewerState {
  return useViewerContext().state;
}

/** Goes to another of the viewer's organizations; from what belongs to the present one, to the list of scenarios. */
export function useSwitchOrganization(): (organizationId: string) => void {
  const { switchTo } = useViewerContext();
  const router = useRouter();
  const pathname = usePathname();
  return (organizationId) => {
    if (pathname.startsWith("/scenarios/")) router.push("/");
    switchTo(organizationId);
  };
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
