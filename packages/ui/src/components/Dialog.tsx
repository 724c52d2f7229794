"use client";

import { X } from "lucide-react";
import { useEffect, useRef, useState, type FormEvent, type ReactNode } from "react";
import { firstStop, openerOf } from "../dialogFocus.ts";
import { cx } from "../classNames.ts";
import { onDemand } from "../onDemand.ts";
import { Button } from "./Button.tsx";
import { IconButton } from "./IconButton.tsx";

export interface DialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: ReactNode;
  description?: ReactNode;
  children?: ReactNode;
  /** Buttons, right-aligned, the primary one last. */
  footer?: ReactNode;
  width?: "sm" | "md" | "lg" | "xl";
  /** Makes the dialog's content a form: the footer's `type="submit"` button and Enter send it. */
  onSubmit?: () => void;
}

const widths = { sm: "max-w-100", md: "max-w-130", lg: "max-w-180", xl: "max-w-240" };

const useRadix = onDemand(() => import("@radix-ui/react-dialog"));
type Radix = typeof import("@radix-ui/react-dialog");

/**
 * A modal dialog: traps focus, closes on Escape and gives focus back to what opened it. Focus starts at `[data-autofocus]`,
 * else at the first field, else at the footer's first button (Cancel, where there is one).
 * Its code is fetched with the first dialog of a page; where that fails the dialog closes again.
 */
export function Dialog(props: DialogProps) {
  const { open, onOpenChange } = props;
  const { module, load } = useRadix();
  const isMissing = open && !module;
  useEffect(() => {
    if (!isMissing) return;
    void load().then((isThere) => {
      if (!isThere) onOpenChange(false);
    });
    // The functions are new with each render; what counts is that the code is missing.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [isMissing]);
  return module ? <DialogBox radix={module} {...props} /> : null;
}

function DialogBox({
  radix,
  open,
  onOpenChange,
  title,
  description,
  children,
  footer,
  width = "md",
  onSubmit,
}: DialogProps & { radix: Radix }) {
  const submit = (event: FormEvent) => {
    event.preventDefault();
    // React bubbles events through portals: a dialog inside a form must not send that form too.
    event.stopPropagation();
    onSubmit?.();
  };
  const Body = onSubmit ? "form" : "div";
  const content = useRef<HTMLDivElement>(null);
  const opener = useRef<HTMLElement | null>(null);
  const onOpenAutoFocus = (event: Event) => {
    event.preventDefault();
    opener.current = openerOf(document.activeElement);
    if (content.current) firstStop(content.current).focus();
  };
  const onCloseAutoFocus = (event: Event) => {
    event.preventDefault();
    opener.current?.focus();
  };
  return (
    <radix.Root open={open} onOpenChange={onOpenChange}>
      <radix.Portal>
        <radix.Overlay className="fixed inset-0 z-40 bg-scrim data-[state=closed]:animate-fade-out data-[state=open]:animate-fade-in" />
        <radix.Content
          ref={content}
          onOpenAutoFocus={onOpenAutoFocus}
          onCloseAutoFocus={onCloseAutoFocus}
          {...(description ? {} : { "aria-describedby": undefined })}
          className={cx(
            "fixed top-[12vh] left-1/2 z-40 flex max-h-[80vh] w-[calc(100vw-24px)] -translate-x-1/2 flex-col overflow-hidden rounded-pop border border-line-2 bg-surface shadow-pop outline-none data-[state=closed]:animate-fade-out data-[state=open]:animate-fade-in",
            widths[width],
          )}
        >
          <Body {...(onSubmit ? { onSubmit: submit, noValidate: true } : {})} className="flex min-h-0 flex-col">
            <header className="flex items-start gap-3 px-5 pt-4 pb-3">
              <div className="min-w-0 flex-1">
                <radix.Title className="text-lg font-semibold text-ink">{title}</radix.Title>
                {description ? (
                  <radix.Description className="mt-0.5 text-sm text-ink-2">{description}</radix.Description>
                ) : null}
              </div>
              <radix.Close asChild>
                <IconButton label="Close" className="-mr-1.5">
                  <X aria-hidden />
                </IconButton>
              </radix.Close>
            </header>
            {children ? (
              <div data-dialog-body className="min-h-0 flex-1 overflow-y-auto px-5 pt-1 pb-5">
                {children}
              </div>
            ) : null}
            {footer ? (
              <footer
                data-dialog-footer
                className="flex flex-wrap items-center justify-end gap-2 border-t border-line bg-sunken px-5 py-3"
              >
                {footer}
              </footer>
            ) : null}
          </Body>
        </radix.Content>
      </radix.Portal>
    </radix.Root>
  );
}

export interface ConfirmDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: ReactNode;
  /** What will happen, what is kept, whether it can be undone. */
  description: ReactNode;
  confirmLabel: string;
  tone?: "normal" | "danger";
  /** The dialog closes when the promise resolves; when it rejects it stays, and the caller has told the person why. */
  onConfirm: () => Promise<unknown> | void;
  children?: ReactNode;
}

/** Asks before an act that cannot simply be undone. */
export function ConfirmDialog({
  open,
  onOpenChange,
  title,
  description,
  confirmLabel,
  tone = "normal",
  onConfirm,
  children,
}: ConfirmDialogProps) {
  const [pending, setPending] = useState(false);
  const confirm = async () => {
    setPending(true);
    try {
      await onConfirm();
      onOpenChange(false);
    } catch {
      // Reported by onConfirm, as its contract says; the dialog stays open for another try.
    } finally {
      setPending(false);
    }
  };
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={title}
      description={description}
      width="sm"
      onSubmit={() => void confirm()}
      footer={
        <>
          <Button onClick={() => onOpenChange(false)}>Cancel</Button>
          <Button type="submit" variant={tone === "danger" ? "danger" : "primary"} pending={pending}>
            {confirmLabel}
          </Button>
        </>
      }
    >
      {children}
    </Dialog>
  );
}
