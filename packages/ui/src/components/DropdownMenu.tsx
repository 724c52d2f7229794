"use client";

import { Check } from "lucide-react";
import { Slot } from "radix-ui";
import { createContext, useContext, useState, type ComponentProps, type ReactNode } from "react";
import { cx } from "../classNames.ts";
import { onDemand } from "../onDemand.ts";
import {
  MenuItemContent,
  menuContentClasses,
  menuItemClasses,
  menuLabelClasses,
  menuSeparatorClasses,
  type MenuItemContentProps,
  type MenuItemTone,
} from "./menuParts.tsx";

const useRadix = onDemand(() => import("radix-ui/dropdown-menu"));
type Radix = typeof import("radix-ui/dropdown-menu");

interface MenuState {
  /** Radix's parts, from the first time that somebody opens the menu. */
  radix: Radix | undefined;
  /** The landmark that the button is in: the menu is put there, too. */
  landmark: HTMLElement | null;
  prepare: () => void;
  open: (button: Element) => void;
}

const MenuContext = createContext<MenuState | null>(null);

function useMenu(): MenuState {
  const state = useContext(MenuContext);
  if (!state) throw new Error("This belongs inside a Menu.");
  return state;
}

/** Inside an open menu, where the parts are there. */
function useParts(): Radix {
  const { radix } = useMenu();
  if (!radix) throw new Error("This belongs inside a MenuContent.");
  return radix;
}

/**
 * A menu under a button. Not modal: the page behind stays readable to assistive technology, and the first click outside
 * both closes the menu and does what it was meant for.
 *
 * A page has many menus and most are never opened. Until its first opening a menu is just its button; the code behind it
 * is fetched when the pointer or the focus reaches that button.
 */
export function Menu({ children }: { children: ReactNode }) {
  const { module, load } = useRadix();
  const [landmark, setLandmark] = useState<HTMLElement | null>(null);
  const radix = landmark ? module : undefined;
  const state: MenuState = {
    radix,
    landmark,
    prepare: () => void load(),
    open: (button) =>
      void load().then((isThere) => {
        if (isThere) setLandmark(button.closest<HTMLElement>("main, nav, [role=dialog], body"));
      }),
  };
  const Root = radix?.Root;
  return (
    <MenuContext value={state}>
      {Root ? (
        <Root modal={false} defaultOpen>
          {children}
        </Root>
      ) : (
        children
      )}
    </MenuContext>
  );
}

const openingKeys = new Set(["Enter", " ", "ArrowDown"]);

export interface MenuTriggerProps extends ComponentProps<"button"> {
  /** The one child is the button, rather than this. */
  asChild?: boolean;
}

export function MenuTrigger({ asChild = false, ...props }: MenuTriggerProps) {
  const { radix, prepare, open } = useMenu();
  if (radix) return <radix.Trigger asChild={asChild} {...props} />;
  const Button = asChild ? Slot.Root : "button";
  return (
    <Button
      {...(asChild ? {} : { type: "button" as const })}
      aria-haspopup="menu"
      aria-expanded={false}
      data-state="closed"
      onPointerEnter={prepare}
      onFocus={prepare}
      onClick={(event) => open(event.currentTarget)}
      onKeyDown={(event) => {
        if (!openingKeys.has(event.key)) return;
        event.preventDefault();
        open(event.currentTarget);
      }}
      {...props}
    />
  );
}

export interface MenuContentProps extends Pick<ComponentProps<"div">, "className" | "children"> {
  side?: "top" | "right" | "bottom" | "left";
  align?: "start" | "center" | "end";
}

export function MenuContent({ className, ...props }: MenuContentProps) {
  const { radix, landmark } = useMenu();
  if (!radix) return null;
  return (
    <radix.Portal container={landmark}>
      <radix.Content
        sideOffset={4}
        collisionPadding={8}
        align="end"
        className={cx(menuContentClasses, className)}
        {...props}
      />
    </radix.Portal>
  );
}

export interface MenuItemProps extends MenuItemContentProps {
  tone?: MenuItemTone;
  disabled?: boolean;
  onSelect?: (event: Event) => void;
}

export function MenuItem({ icon, shortcut, tone = "normal", children, ...props }: MenuItemProps) {
  const { Item } = useParts();
  return (
    <Item className={menuItemClasses(tone)} {...props}>
      <MenuItemContent icon={icon} {...(shortcut ? { shortcut } : {})}>
        {children}
      </MenuItemContent>
    </Item>
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
  const { RadioGroup, RadioItem, ItemIndicator, Label } = useParts();
  return (
    <RadioGroup value={value} onValueChange={(next) => onValueChange(next as Value)}>
      {label ? <Label className={menuLabelClasses}>{label}</Label> : null}
      {options.map((option) => (
        <RadioItem key={option.value} value={option.value} className={menuItemClasses("normal")}>
          <MenuItemContent icon={option.icon}>{option.label}</MenuItemContent>
          <ItemIndicator>
            <Check aria-hidden />
          </ItemIndicator>
        </RadioItem>
      ))}
    </RadioGroup>
  );
}

export function MenuSeparator() {
  const { Separator } = useParts();
  return <Separator className={menuSeparatorClasses} />;
}

export function MenuLabel({ children }: { children: ReactNode }) {
  const { Label } = useParts();
  return <Label className={menuLabelClasses}>{children}</Label>;
}
