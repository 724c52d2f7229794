"use client";

import { useAuthToken } from "@convex-dev/auth/react";
import { useConvexAuth } from "convex/react";
import { useEffect, useState } from "react";

/** How long the deployment may take to accept a token before the session counts as refused. */
const ACCEPTANCE_MS = 10_000;

/** Whether the deployment has accepted who is looking; `pending` while that is not known. */
export type Session = "pending" | "accepted" | "none";

/**
 * Convex reports "not authenticated" also between the moment when there is a token and the moment when the deployment has
 * accepted it: right after signing in, say. Taken for the end of a session, that would sign out who has just come.
 */
export function useSession(): Session {
  const { isLoading, isAuthenticated } = useConvexAuth();
  const isUnanswered = useAuthToken() !== null && !isLoading && !isAuthenticated;
  const [isRefused, setRefused] = useState(false);
  useEffect(() => {
    if (!isUnanswered) return;
    const timer = setTimeout(() => setRefused(true), ACCEPTANCE_MS);
    return () => {
      clearTimeout(timer);
      setRefused(false);
    };
  }, [isUnanswered]);
  if (isAuthenticated) return "accepted";
  return isLoading || (isUnanswered && !isRefused) ? "pending" : "none";
}
