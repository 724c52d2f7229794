"use client";

import { Logo } from "@patchbay/ui";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { AccountMenu } from "./AccountMenu.tsx";
import { NavCount } from "./NavCount.tsx";
import { destinations, settingsDestination } from "./navigation.ts";

/** The navigation of phones: a bar with icons. */
export function TopNav() {
  const pathname = usePathname();
  return (
    <nav
      aria-label="Main"
      className="flex h-12 shrink-0 items-center gap-1 border-b border-line-2 bg-surface px-3 md:hidden"
    >
      <Link href="/" aria-label="Patchbay, scenarios" className="mr-2">
        <Logo />
      </Link>
      {[...destinations, settingsDestination].map(({ href, label, icon: Icon, owns, counts }) => (
        <Link
          key={href}
          href={href}
          aria-label={label}
          aria-current={owns(pathname) ? "page" : undefined}
          className="relative flex size-10 items-center justify-center rounded-control text-ink-2 aria-[current=page]:bg-pressed aria-[current=page]:text-ink"
        >
          <Icon aria-hidden className="size-4.5" />
          {counts ? <NavCount rail /> : null}
        </Link>
      ))}
      <span className="ml-auto">
        <AccountMenu compact />
      </span>
    </nav>
  );
}
