"use client";

import { useAuthActions } from "@convex-dev/auth/react";
import { useRouter } from "next/navigation";
import { useCallback } from "react";

/** Ends the session, its cookies included, and goes to `to`. */
export function useLeave(): (to: string) => Promise<void> {
  const { signOut } = useAuthActions();
  const router = useRouter();
  return useCallback(
    async (to) => {
      await signOut();
      router.replace(to);
    },
    [signOut, router],
  );
}
