"use client";

import {
  Avatar,
  cx,
  Menu,
  MenuContent,
  MenuItem,
  MenuLabel,
  MenuRadioGroup,
  MenuSeparator,
  MenuTrigger,
  Skeleton,
} from "@patchbay/ui";
import { LogOut, Monitor, Moon, Sun } from "lucide-react";
import { useSignOut } from "@/features/auth/SignOut";
import { useTheme } from "@/features/theme/ThemeProvider";
import { OrganizationChoice } from "./OrganizationSwitcher.tsx";
import { useViewerState } from "./viewer.tsx";

export const themeOptions = [
  { value: "system", label: "System", icon: <Monitor aria-hidden /> },
  { value: "light", label: "Light", icon: <Sun aria-hidden /> },
  { value: "dark", label: "Dark", icon: <Moon aria-hidden /> },
] as const;

/** Who is signed in; appearance and signing out. */
export function AccountMenu({ compact }: { compact: boolean }) {
  const state = useViewerState();
  const theme = useTheme();
  const signOut = useSignOut();
  if (state.kind !== "ready")
    return <Skeleton className={cx("mx-auto my-1 size-6 rounded-full", !compact && "ml-1")} />;
  const { name, email } = state.viewer.user;
  const shown = name || email || "Account";
  return (
    <Menu>
      <MenuTrigger
        aria-label={`${shown}, account`}
        className={cx(
          "flex h-8 items-center gap-2.5 rounded-control text-sm font-medium text-ink-2 hover:bg-hover hover:text-ink data-[state=open]:bg-hover",
          compact ? "w-8 justify-center" : "w-full px-1",
        )}
      >
        <Avatar name={shown} />
        {compact ? null : <span className="truncate">{shown}</span>}
      </MenuTrigger>
      <MenuContent side="top" align="start" className="w-56">
        <div className="px-2 pt-1.5 pb-1">
          <p className="truncate text-sm font-medium">{shown}</p>
          {email && email !== shown ? <p className="truncate text-xs text-ink-3">{email}</p> : null}
        </div>
        <MenuSeparator />
        {/* Where the navigation has no room for the organization's name. */}
        {compact ? <OrganizationChoice isFollowed /> : null}
        <MenuLabel>Appearance</MenuLabel>
        <MenuRadioGroup value={theme.choice} onValueChange={theme.choose} options={themeOptions} />
        <MenuSeparator />
        <MenuItem icon={<LogOut aria-hidden />} onSelect={signOut}>
          Sign out
        </MenuItem>
      </MenuContent>
    </Menu>
  );
}
