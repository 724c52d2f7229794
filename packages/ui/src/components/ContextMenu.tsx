"use client";

import { ContextMenu as RadixContextMenu } from "radix-ui";
import type { ComponentProps } from "react";
import { cx } from "../classNames.ts";
import {
  MenuItemContent,
  menuContentClasses,
  menuItemClasses,
  menuSeparatorClasses,
  type MenuItemContentProps,
  type MenuItemTone,
} from "./menuParts.tsx";

export const ContextMenu = RadixContextMenu.Root;
export const ContextMenuTrigger = RadixContextMenu.Trigger;

export function ContextMenuContent({ className, ...props }: ComponentProps<typeof RadixContextMenu.Content>) {
  return (
    <RadixContextMenu.Portal>
      <RadixContextMenu.Content collisionPadding={8} className={cx(menuContentClasses, className)} {...props} />
    </RadixContextMenu.Portal>
  );
}

export interface ContextMenuItemProps
  extends MenuItemContentProps, Omit<ComponentProps<typeof RadixContextMenu.Item>, "children" | "className"> {
  tone?: MenuItemTone;
}

export function ContextMenuItem({ icon, shortcut, tone = "normal", children, ...props }: ContextMenuItemProps) {
  return (
    <RadixContextMenu.Item className={menuItemClasses(tone)} {...props}>
      <MenuItemContent icon={icon} {...(shortcut ? { shortcut } : {})}>
        {children}
      </MenuItemContent>
    </RadixContextMenu.Item>
  );
}

export function ContextMenuSeparator() {
  return <RadixContextMenu.Separator className={menuSeparatorClasses} />;
}
