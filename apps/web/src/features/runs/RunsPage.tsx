"use client";

import { Button, EmptyState } from "@patchbay/ui";
import { Activity } from "lucide-react";
import Link from "next/link";
import { RunListView } from "./RunListView.tsx";

/** Every run of the organization. */
export function RunsPage() {
  return (
    <>
      <header className="flex shrink-0 items-center px-5 pt-3 pb-1">
        <h1 className="flex h-8 items-center text-xl font-semibold">Runs</h1>
      </header>
      <RunListView
        empty={
          <EmptyState
            icon={<Activity aria-hidden />}
            title="Nothing has run yet"
            action={
              <Button asChild>
                <Link href="/">Scenarios</Link>
              </Button>
            }
          >
            Switch a scenario on and post to its webhook, or run one once from the editor.
          </EmptyState>
        }
      />
    </>
  );
}
