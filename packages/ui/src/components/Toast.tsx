"use client";

import { CircleAlert, CircleCheck, Info, X } from "lucide-react";
import { createContext, useCallback, useContext, useEffect, useRef, useState, type ReactNode } from "react";
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

interface ShownToast {
  key: number;
  message: ToastMessage;
}

type Show = (message: ToastMessage) => void;

const ToastContext = createContext<Show | null>(null);

const MAX_SHOWN = 4;

const icons = {
  info: <Info aria-hidden className="text-ink-2" />,
  ok: <CircleCheck aria-hidden className="text-ok-mark" />,
  bad: <CircleAlert aria-hidden className="text-bad-mark" />,
};

const durationOf = (message: ToastMessage) =>
  message.durationMs ?? (message.action || message.tone === "bad" ? 10_000 : 5_000);

/** Shows toasts at the lower right, newest last, at most four. Wrap the application in it once. */
export function ToastProvider({ children }: { children: ReactNode }) {
  const [toasts, setToasts] = useState<readonly ShownToast[]>([]);
  const lastKey = useRef(0);
  const show = useCallback<Show>((message) => {
    const key = ++lastKey.current;
    setToasts((current) => [...current.slice(1 - MAX_SHOWN), { key, message }]);
  }, []);
  const remove = useCallback((key: number) => setToasts((current) => current.filter((toast) => toast.key !== key)), []);
  return (
    <ToastContext value={show}>
      {children}
      <ToastStack toasts={toasts} onRemove={remove} />
      <Announcements newest={toasts.at(-1)} />
    </ToastContext>
  );
}

interface ToastStackProps {
  toasts: readonly ShownToast[];
  onRemove: (key: number) => void;
}

/** All toasts stay while the pointer or the focus is on one of them. F8 brings the focus here, and Escape dismisses. */
function ToastStack({ toasts, onRemove }: ToastStackProps) {
  const [isHeld, setHeld] = useState(false);
  const list = useRef<HTMLOListElement>(null);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === "F8") list.current?.querySelector("button")?.focus();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);
  if (toasts.length === 0) return null;
  return (
    <section aria-label="Notifications (F8)">
      <ol
        ref={list}
        onPointerEnter={() => setHeld(true)}
        onPointerLeave={() => setHeld(false)}
        onFocus={() => setHeld(true)}
        onBlur={() => setHeld(false)}
        className="fixed right-4 bottom-4 z-60 flex w-[calc(100vw-32px)] max-w-90 flex-col gap-2"
      >
        {toasts.map(({ key, message }) => (
          <ToastCard key={key} message={message} isHeld={isHeld} onClose={() => onRemove(key)} />
        ))}
      </ol>
    </section>
  );
}

interface ToastCardProps {
  message: ToastMessage;
  isHeld: boolean;
  onClose: () => void;
}

function ToastCard({ message, isHeld, onClose }: ToastCardProps) {
  const { title, description, action, tone = "info" } = message;
  useTimeout(onClose, isHeld ? null : durationOf(message));
  const act = () => {
    onClose();
    action?.onAction();
  };
  return (
    <li
      onKeyDown={(event) => {
        if (event.key === "Escape") onClose();
      }}
      className="flex animate-toast-in items-start gap-2.5 rounded-pop border border-line-2 bg-surface py-2.5 pr-2 pl-3 shadow-pop"
    >
      <span className="mt-0.5 [&_svg]:size-4">{icons[tone]}</span>
      <div className="min-w-0 flex-1 py-px">
        <p className="text-sm font-medium text-ink">{title}</p>
        {description ? <p className="mt-0.5 text-xs break-words text-ink-2">{description}</p> : null}
      </div>
      {action ? (
        <Button size="sm" onClick={act}>
          {action.label}
        </Button>
      ) : null}
      <button
        type="button"
        aria-label="Dismiss"
        onClick={onClose}
        className="inline-flex size-6 items-center justify-center rounded-control text-ink-3 hover:bg-hover hover:text-ink [&_svg]:size-3.5"
      >
        <X aria-hidden />
      </button>
    </li>
  );
}

/** Calls once after `ms`; starts again from the beginning when `ms` changes, and never while it is null. */
function useTimeout(act: () => void, ms: number | null): void {
  const latest = useRef(act);
  useEffect(() => {
    latest.current = act;
  });
  useEffect(() => {
    if (ms === null) return;
    const timer = setTimeout(() => latest.current(), ms);
    return () => clearTimeout(timer);
  }, [ms]);
}

/** The newest toast for screen readers. The regions are always there: a region that comes with its text is not read. */
function Announcements({ newest }: { newest: ShownToast | undefined }) {
  const text = newest ? [newest.message.title, newest.message.description].filter(Boolean).join(". ") : "";
  const isUrgent = newest?.message.tone === "bad";
  return (
    <>
      <div role="status" className="sr-only">
        {isUrgent ? "" : text}
      </div>
      <div role="alert" className="sr-only">
        {isUrgent ? text : ""}
      </div>
    </>
  );
}

/** `const toast = useToast(); toast({ title: "Version 3 is live", tone: "ok" })`. Throws outside a `ToastProvider`. */
export function useToast(): Show {
  const show = useContext(ToastContext);
  if (!show) throw new Error("useToast needs a ToastProvider above it.");
  return show;
}
