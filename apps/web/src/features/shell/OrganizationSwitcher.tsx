"use client";

import {
  Avatar,
  Menu,
  MenuContent,
  MenuLabel,
  MenuRadioGroup,
  MenuSeparator,
  MenuTrigger,
  Skeleton,
} from "@patchbay/ui";
import { ChevronsUpDown } from "lucide-react";
import { useSwitchOrganization, useViewerState } from "./viewer.tsx";

/** The organization's name; for who belongs to several, the way to the others. */
export function OrganizationSwitcher() {
  const state = useViewerState();
  if (state.kind !== "ready") {
    return (
      <div className={frame}>
        <Skeleton className="w-28" />
      </div>
    );
  }
  const { organization, viewer } = state;
  const name = (
    <>
      <Avatar name={organization.name} className="rounded-tag" />
      <span className="min-w-0 flex-1 truncate text-left text-sm font-medium" title={organization.name}>
        {organization.name}
      </span>
    </>
  );
  if (viewer.organizations.length < 2) return <div className={frame}>{name}</div>;
  return (
    <Menu>
      <MenuTrigger
        aria-label={`Organization: ${organization.name}. Change`}
        className={`${frame} w-full hover:bg-hover data-[state=open]:bg-hover`}
      >
        {name}
        <ChevronsUpDown aria-hidden className="size-3.5 shrink-0 text-ink-2" />
      </MenuTrigger>
      <MenuContent align="start" className="w-60">
        <OrganizationChoice />
      </MenuContent>
    </Menu>
  );
}

const frame = "mt-1 flex h-10 items-center gap-2.5 rounded-control border border-line px-2";

/** The choice inside a menu. Nothing for who belongs to one organization only. */
export function OrganizationChoice({ isFollowed = false }: { isFollowed?: boolean }) {
  const state = useViewerState();
  const switchTo = useSwitchOrganization();
  if (state.kind !== "ready" || state.viewer.organizations.length < 2) return null;
  const options = state.viewer.organizations.map(({ id, name }) => ({
    value: id,
    label: name,
    icon: <Avatar name={name} className="size-5 rounded-tag" />,
  }));
  return (
    <>
      <MenuLabel>Organization</MenuLabel>
      <MenuRadioGroup value={state.organization.id} onValueChange={switchTo} options={options} />
      {isFollowed ? <MenuSeparator /> : null}
    </>
  );
}
