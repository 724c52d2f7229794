"use client";

import { Check } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import type { ComponentProps, ReactNode } from "react";
import { cx } from "../classNames.ts";
import {
  MenuItemContent,
  menuContentClasses,
  menuItemClasses,
  menuLabelClasses,
  menuSeparatorClasses,
  type MenuItemContentProps,
  type MenuItemTone,
} from "./menuParts.tsx";

/**
 * A menu under a button. Not modal: the page behind stays readable to assistive technology, and the first click outside
 * both closes the menu and does what it was meant for.
 */
export function Menu(props: ComponentProps<typeof DropdownMenu.Root>) {
  return <DropdownMenu.Root modal={false} {...props} />;
}
export const MenuTrigger = DropdownMenu.Trigger;

export function MenuContent({ className, ...props }: ComponentProps<typeof DropdownMenu.Content>) {
  return (
    <DropdownMenu.Portal>
      <DropdownMenu.Content
        sideOffset={4}
        collisionPadding={8}
        align="end"
        className={cx(menuContentClasses, className)}
        {...props}
      />
    </DropdownMenu.Portal>
  );
}

export interface MenuItemProps
  extends MenuItemContentProps, Omit<ComponentProps<typeof DropdownMenu.Item>, "children" | "className"> {
  tone?: MenuItemTone;
}

export function MenuItem({ icon, shortcut, tone = "normal", children, ...props }: MenuItemProps) {
  return (
    <DropdownMenu.Item className={menuItemClasses(tone)} {...props}>
      <MenuItemContent icon={icon} {...(shortcut ? { shortcut } : {})}>
        {children}
      </MenuItemContent>
    </DropdownMenu.Item>
  );
}

export interface MenuRadioGroupProps<Value extends string> {
  label?: string;
  value: Value;
  onValueChange: (value: Value) => void;
  options: readonly { value: Value; label: string; icon?: ReactNode }[];
}

/** A choice among few inside a menu, the current one ticked. */
export function MenuRadioGroup<Value extends string>({
  label,
  value,
  onValueChange,
  options,
}: MenuRadioGroupProps<Value>) {
  return (
    <DropdownMenu.RadioGroup value={value} onValueChange={(next) => onValueChange(next as Value)}>
      {label ? <DropdownMenu.Label className={menuLabelClasses}>{label}</DropdownMenu.Label> : null}
      {options.map((option) => (
        <DropdownMenu.RadioItem key={option.value} value={option.value} className={menuItemClasses("normal")}>
          <MenuItemContent icon={option.icon}>{option.label}</MenuItemContent>
          <DropdownMenu.ItemIndicator>
            <Check aria-hidden />
          </DropdownMenu.ItemIndicator>
        </DropdownMenu.RadioItem>
      ))}
    </DropdownMenu.RadioGroup>
  );
}

export function MenuSeparator() {
  return <DropdownMenu.Separator className={menuSeparatorClasses} />;
}

export function MenuLabel({ children }: { children: ReactNode }) {
  return <DropdownMenu.Label className={menuLabelClasses}>{children}</DropdownMenu.Label>;
}
