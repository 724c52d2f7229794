"use client";

import { cx, Logo, Tooltip } from "@patchbay/ui";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { AccountMenu } from "./AccountMenu.tsx";
import { NavCount } from "./NavCount.tsx";
import { destinations, settingsDestination, type Destination } from "./navigation.ts";
import { OrganizationSwitcher } from "./OrganizationSwitcher.tsx";

/** The navigation of wide screens: 204 px with words, or a 48 px rail with tooltips. */
export function SideNav({ rail }: { rail: boolean }) {
  return (
    <nav
      aria-label="Main"
      className={cx(
        "hidden shrink-0 flex-col border-r border-line-2 bg-surface md:flex",
        rail ? "w-12 items-center" : "w-51 px-2",
      )}
    >
      <Link
        href="/"
        aria-label="Patchbay, scenarios"
        className={cx("flex h-12 items-center gap-2.5 text-lg font-semibold", rail ? "justify-center" : "px-1")}
      >
        <Logo />
        {rail ? null : "Patchbay"}
      </Link>
      {rail ? null : <OrganizationSwitcher />}
      <ul className={cx("flex flex-col gap-1", rail ? "mt-2" : "mt-3")}>
        {destinations.map((destination) => (
          <NavItem key={destination.href} destination={destination} rail={rail} />
        ))}
      </ul>
      <ul className="mt-auto flex flex-col gap-1 pb-2.5">
        <NavItem destination={settingsDestination} rail={rail} />
        <li>
          <AccountMenu compact={rail} />
        </li>
      </ul>
    </nav>
  );
}

function NavItem({ destination, rail }: { destination: Destination; rail: boolean }) {
  const { href, label, icon: Icon, owns, counts } = destination;
  const current = owns(usePathname());
  const link = (
    <Link
      href={href}
      aria-current={current ? "page" : undefined}
      aria-label={rail ? label : undefined}
      className={cx(
        "relative flex h-8 items-center gap-3 rounded-control text-sm font-medium text-ink-2 transition-colors hover:bg-hover hover:text-ink aria-[current=page]:bg-pressed aria-[current=page]:text-ink",
        rail ? "w-8 justify-center" : "px-2",
      )}
    >
      <Icon aria-hidden className="size-4 shrink-0" />
      {rail ? null : label}
      {counts ? <NavCount rail={rail} /> : null}
    </Link>
  );
  return (
    <li>
      {rail ? (
        <Tooltip label={label} side="right">
          {link}
        </Tooltip>
      ) : (
        link
      )}
    </li>
  );
}
