"use client";

import { useConvexConnectionState } from "convex/react";
import { useEffect, useState } from "react";

/** Shorter interruptions (a laptop waking up, a restart) are not worth a word. */
const GRACE_MS = 2_500;

/** `reconnecting` once the live connection has been away for a while; `offline` where the browser says so. */
export function useConnectionTrouble(): "none" | "reconnecting" | "offline" {
  const { isWebSocketConnected } = useConvexConnectionState();
  const [late, setLate] = useState(false);
  useEffect(() => {
    if (isWebSocketConnected) return;
    const timer = setTimeout(() => setLate(true), GRACE_MS);
    return () => {
      clearTimeout(timer);
      setLate(false);
    };
  }, [isWebSocketConnected]);
  if (isWebSocketConnected || !late) return "none";
  return navigator.onLine ? "reconnecting" : "offline";
}
