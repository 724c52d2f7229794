const fields = "input:not([type=hidden]):not(:disabled), textarea:not(:disabled), [role=combobox]:not(:disabled)";

/** Where a dialog's focus starts: what asks for it, else the first field, else the footer's first button, else the dialog. */
export function firstStop(dialog: HTMLElement): HTMLElement {
  return (
    dialog.querySelector<HTMLElement>("[data-autofocus]") ??
    dialog.querySelector<HTMLElement>(`[data-dialog-body] :is(${fields})`) ??
    dialog.querySelector<HTMLElement>("[data-dialog-footer] button:not(:disabled)") ??
    dialog
  );
}

/** What focus goes back to: of a menu that closes as the dialog opens, the button that opened the menu. */
export function openerOf(focused: Element | null): HTMLElement | null {
  if (!(focused instanceof HTMLElement) || focused === document.body) return null;
  const menu = focused.closest("[role=menu]");
  if (!menu) return focused;
  const trigger = document.getElementById(menu.getAttribute("aria-labelledby") ?? "");
  return trigger ?? null;
}
