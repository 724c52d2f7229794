"use client";

import { ErrorState } from "@patchbay/ui";
import { messageOf } from "@/lib/errors";

/** A page failed while it was drawn: the navigation stays, and the page can be tried again. */
export default function PageError({ error, reset }: { error: Error; reset: () => void }) {
  return <ErrorState title="This page could not be shown" message={messageOf(error)} onRetry={reset} />;
}
