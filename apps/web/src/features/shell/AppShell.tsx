"use client";

import { Skeleton } from "@patchbay/ui";
import { usePathname } from "next/navigation";
import { Fragment, type ReactNode } from "react";
import { SignOutProvider } from "@/features/auth/SignOut";
import { ConnectionBanner } from "./ConnectionBanner.tsx";
import { usesRail } from "./navigation.ts";
import { SideNav } from "./SideNav.tsx";
import { SessionGuard } from "./SessionGuard.tsx";
import { TopNav } from "./TopNav.tsx";
import { useViewerState, ViewerProvider } from "./viewer.tsx";

/** The console's frame: navigation beside (on phones above) the page. The page is drawn once the viewer is known. */
export function AppShell({ children }: { children: ReactNode }) {
  return (
    <ViewerProvider>
      <SessionGuard />
      <SignOutProvider>
        <Frame>{children}</Frame>
      </SignOutProvider>
    </ViewerProvider>
  );
}

function Frame({ children }: { children: ReactNode }) {
  const pathname = usePathname();
  const state = useViewerState();
  return (
    <div className="flex h-dvh flex-col md:flex-row">
      <a
        href="#main"
        className="sr-only focus:not-sr-only focus:absolute focus:top-2 focus:left-2 focus:z-50 focus:rounded-control focus:bg-ink-solid focus:px-3 focus:py-1.5 focus:text-on-ink"
      >
        Skip to content
      </a>
      <TopNav />
      <SideNav rail={usesRail(pathname)} />
      <main id="main" tabIndex={-1} className="flex min-h-0 min-w-0 flex-1 flex-col bg-surface outline-none">
        <ConnectionBanner />
        {/* The key: filters, searches and open dialogs belong to one organization. */}
        {state.kind === "ready" ? <Fragment key={state.organization.id}>{children}</Fragment> : <PageSkeleton />}
      </main>
    </div>
  );
}

function PageSkeleton() {
  return (
    <div aria-busy="true" aria-label="Loading" className="flex flex-col gap-3 p-5">
      <Skeleton className="h-6 w-48" />
      <Skeleton className="mt-4 h-4 w-full max-w-160" />
      <Skeleton className="h-4 w-full max-w-120" />
    </div>
  );
}
