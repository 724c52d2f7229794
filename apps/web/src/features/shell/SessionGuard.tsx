"use client";

import { usePathname } from "next/navigation";
import { useEffect, useRef } from "react";
import { useLeave } from "@/features/auth/useLeave";
import { signInPath } from "@/lib/nextPath";
import { useViewerState } from "./viewer.tsx";

/**
 * Goes to the sign-in page when the deployment does not accept the session any more. It signs out first: cookies that
 * look good to the proxy would bring the person straight back.
 */
export function SessionGuard() {
  const { kind } = useViewerState();
  const pathname = usePathname();
  const leave = useLeave();
  const leaving = useRef(false);
  useEffect(() => {
    if (kind !== "signedOut" || leaving.current) return;
    leaving.current = true;
    void leave(signInPath(pathname)).finally(() => {
      leaving.current = false;
    });
  }, [kind, pathname, leave]);
  return null;
}
