import { Button, EmptyState } from "@patchbay/ui";
import { Unplug } from "lucide-react";
import type { Metadata } from "next";
import Link from "next/link";

export const metadata: Metadata = { title: "Not found" };

export default function NotFound() {
  return (
    <main className="dot-grid flex min-h-dvh flex-col items-center justify-center bg-canvas p-6">
      <EmptyState
        icon={<Unplug aria-hidden />}
        level={1}
        title="Nothing is patched in here"
        action={
          <Button asChild variant="primary">
            <Link href="/">All scenarios</Link>
          </Button>
        }
      >
        The address is wrong, or what it showed was removed.
      </EmptyState>
    </main>
  );
}
