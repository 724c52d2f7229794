"use client";

import { useEffect } from "react";

/** Names the browser's tab after what is shown, once that is known. */
export function useTitle(title: string | undefined): void {
  useEffect(() => {
    if (title) document.title = `${title} · Patchbay`;
  }, [title]);
}
