"use client";

import { ConvexAuthNextjsProvider } from "@convex-dev/auth/nextjs";
import { ToastProvider, TooltipProvider } from "@patchbay/ui";
import { ConvexReactClient } from "convex/react";
import { useState, type ReactNode } from "react";
import { ThemeProvider } from "@/features/theme/ThemeProvider";
import type { ThemeChoice } from "@/features/theme/theme";

interface ProvidersProps {
  /** The deployment's address of this start, read by the server. */
  convexUrl: string;
  theme: ThemeChoice;
  children: ReactNode;
}

/** Everything that all pages share: the live connection, the session, theme, tooltips and toasts. */
export function Providers({ convexUrl, theme, children }: ProvidersProps) {
  // One client per page load. It connects with its first subscription, so none is opened while rendering on the server.
  const [client] = useState(
    () =>
      new ConvexReactClient(convexUrl, {
        // Convex Cloud's naming rule does not hold for a deployment of one's own.
        skipConvexDeploymentUrlCheck: true,
        // Each feature that can lose work asks for itself.
        unsavedChangesWarning: false,
      }),
  );
  return (
    <ConvexAuthNextjsProvider client={client}>
      <ThemeProvider initial={theme}>
        <TooltipProvider>
          <ToastProvider>{children}</ToastProvider>
        </TooltipProvider>
      </ThemeProvider>
    </ConvexAuthNextjsProvider>
  );
}
