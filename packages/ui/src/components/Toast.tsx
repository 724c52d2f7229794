"use client";

import { CircleAlert, CircleCheck, Info, X } from "lucide-react";
import { Toast as RadixToast } from "radix-ui";
import { createContext, useCallback, useContext, useMemo, useState, type ReactNode } from "react";
import { cx } from "../classNames.ts";
import { Button } from "./Button.tsx";

export interface ToastMessage {
  title: string;
  description?: string;
  tone?: "info" | "ok" | "bad";
  /** One way on: undo, open. The toast closes when it is taken. */
  action?: { label: string; onAction: () => void };
  /** How long it stays, in milliseconds; 5 s, 10 s with an action or an error. */
  durationMs?: number;
}

type Show = (message: ToastMessage) => void;

const ToastContext = createContext<Show | null>(null);

const icons = {
  info: <Info aria-hidden className="text-ink-2" />,
  ok: <CircleCheck aria-hidden className="text-ok-mark" />,
  bad: <CircleAlert aria-hidden className="text-bad-mark" />,
};

const durationOf = (message: ToastMessage) =>
  message.durationMs ?? (message.action || message.tone === "bad" ? 10_000 : 5_000);

/** Shows toasts at the lower right, newest last, at most four. Wrap the application in it once. */
export function ToastProvider({ children }: { children: ReactNode }) {
  const [toasts, setToasts] = useState<{ key: number; message: ToastMessage }[]>([]);
  const show = useCallback<Show>((message) => {
    setToasts((current) => [...current.slice(-3), { key: (current.at(-1)?.key ?? 0) + 1, message }]);
  }, []);
  const remove = useCallback((key: number) => setToasts((current) => current.filter((toast) => toast.key !== key)), []);
  return (
    <ToastContext.Provider value={show}>
      <RadixToast.Provider swipeDirection="right" label="Notification">
        {children}
        {toasts.map(({ key, message }) => (
          <ToastCard key={key} message={message} onClosed={() => remove(key)} />
        ))}
        <RadixToast.Viewport className="fixed right-4 bottom-4 z-60 flex w-[calc(100vw-32px)] max-w-90 flex-col gap-2 outline-none" />
      </RadixToast.Provider>
    </ToastContext.Provider>
  );
}

function ToastCard({ message, onClosed }: { message: ToastMessage; onClosed: () => void }) {
  const tone = message.tone ?? "info";
  return (
    <RadixToast.Root
      type={tone === "bad" ? "foreground" : "background"}
      duration={durationOf(message)}
      onOpenChange={(open) => {
        if (!open) onClosed();
      }}
      className="flex items-start gap-2.5 rounded-pop border border-line-2 bg-surface py-2.5 pr-2 pl-3 shadow-pop data-[state=open]:animate-toast-in data-[swipe=move]:translate-x-(--radix-toast-swipe-move-x)"
    >
      <span className="mt-0.5 [&_svg]:size-4">{icons[tone]}</span>
      <div className="min-w-0 flex-1 py-px">
        <RadixToast.Title className="text-sm font-medium text-ink">{message.title}</RadixToast.Title>
        {message.description ? (
          <RadixToast.Description className={cx("mt-0.5 text-xs break-words text-ink-2")}>
            {message.description}
          </RadixToast.Description>
        ) : null}
      </div>
      {message.action ? (
        <RadixToast.Action asChild altText={message.action.label}>
          <Button size="sm" onClick={message.action.onAction}>
            {message.action.label}
          </Button>
        </RadixToast.Action>
      ) : null}
      <RadixToast.Close
        aria-label="Dismiss"
        className="inline-flex size-6 items-center justify-center rounded-control text-ink-3 hover:bg-hover hover:text-ink [&_svg]:size-3.5"
      >
        <X aria-hidden />
      </RadixToast.Close>
    </RadixToast.Root>
  );
}

/** `const toast = useToast(); toast({ title: "Version 3 is live", tone: "ok" })`. Throws outside a `ToastProvider`. */
export function useToast(): Show {
  const show = useContext(ToastContext);
  if (!show) throw new Error("useToast needs a ToastProvider above it.");
  return useMemo(() => show, [show]);
}
