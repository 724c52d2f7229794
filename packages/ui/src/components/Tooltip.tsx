"use client";

import { Slot } from "radix-ui";
import {
  createContext,
  useContext,
  useEffect,
  useId,
  useRef,
  useState,
  type PointerEvent,
  type ReactNode,
  type RefObject,
} from "react";
import { createPortal } from "react-dom";
import { placeTooltip, type TooltipSide } from "../tooltipPlace.ts";
import { Kbd } from "./Kbd.tsx";

/** From the pointer's arrival to the tooltip; none where another tooltip was shown a moment ago. */
const DELAY_MS = 400;
const MOMENT_MS = 300;
/** For the way from the element to its tooltip, which must stay while the pointer is on it. */
const GRACE_MS = 120;

const LastHidden = createContext<RefObject<number>>({ current: 0 });

/** Wrap the application in it once: tooltips then share their delay. */
export function TooltipProvider({ children }: { children: ReactNode }) {
  const lastHidden = useRef(0);
  return <LastHidden value={lastHidden}>{children}</LastHidden>;
}

export interface TooltipProps {
  label: ReactNode;
  shortcut?: string[] | undefined;
  side?: TooltipSide | undefined;
  /** The element that it explains; must accept a ref and DOM props. */
  children: ReactNode;
}

/**
 * A short explanation on hover and focus. Never the only place of a fact that is needed. Our own rather than Radix's:
 * it is on every page, often a hundred times, and needs neither a layer of its own nor the positioning library.
 */
export function Tooltip({ label, shortcut, side = "bottom", children }: TooltipProps) {
  const id = useId();
  const { anchor, show, hide, hideSoon, keep } = useShown();
  return (
    <>
      <Slot.Root
        aria-describedby={anchor ? id : undefined}
        onPointerEnter={(event: PointerEvent<HTMLElement>) => {
          if (event.pointerType !== "touch") show(event.currentTarget, "soon");
        }}
        onPointerLeave={hideSoon}
        onPointerDown={hide}
        onFocus={(event) => {
          if (event.currentTarget.matches(":focus-visible")) show(event.currentTarget, "now");
        }}
        onBlur={hide}
      >
        {children}
      </Slot.Root>
      {anchor ? (
        <Bubble id={id} anchor={anchor} side={side} onHide={hide} onStay={keep} onLeave={hideSoon}>
          {label}
          {shortcut ? (
            <span className="flex gap-0.5">
              {shortcut.map((key) => (
                <Kbd key={key} tone="inverse">
                  {key}
                </Kbd>
              ))}
            </span>
          ) : null}
        </Bubble>
      ) : null}
    </>
  );
}

/** Which element the tooltip is shown at, if it is, and what changes that. */
function useShown() {
  const lastHidden = useContext(LastHidden);
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const after = (ms: number, act: () => void) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(act, ms);
  };
  const hide = () => {
    clearTimeout(timer.current);
    if (anchor) lastHidden.current = performance.now();
    setAnchor(null);
  };
  const show = (element: HTMLElement, when: "now" | "soon") => {
    const isSoonAfterAnother = performance.now() - lastHidden.current < MOMENT_MS;
    if (when === "now" || anchor || (isSoonAfterAnother && lastHidden.current > 0)) {
      clearTimeout(timer.current);
      setAnchor(element);
    } else {
      after(DELAY_MS, () => setAnchor(element));
    }
  };
  useEffect(() => () => clearTimeout(timer.current), []);
  return { anchor, show, hide, hideSoon: () => after(GRACE_MS, hide), keep: () => clearTimeout(timer.current) };
}

interface BubbleProps {
  id: string;
  anchor: HTMLElement;
  side: TooltipSide;
  onHide: () => void;
  onStay: () => void;
  onLeave: () => void;
  children: ReactNode;
}

function Bubble({ id, anchor, side, onHide, onStay, onLeave, children }: BubbleProps) {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === "Escape") onHide();
    };
    document.addEventListener("keydown", onKey);
    // What scrolls carries the element away from under its tooltip.
    document.addEventListener("scroll", onHide, { capture: true, passive: true });
    return () => {
      document.removeEventListener("keydown", onKey);
      document.removeEventListener("scroll", onHide, { capture: true });
    };
  });
  const place = (bubble: HTMLElement | null) => {
    if (!bubble) return;
    const view = { width: document.documentElement.clientWidth, height: document.documentElement.clientHeight };
    const size = { width: bubble.offsetWidth, height: bubble.offsetHeight };
    const { left, top } = placeTooltip({ anchor: anchor.getBoundingClientRect(), size, view, side });
    bubble.style.transform = `translate(${left}px, ${top}px)`;
  };
  return createPortal(
    <span
      ref={place}
      id={id}
      role="tooltip"
      onPointerEnter={onStay}
      onPointerLeave={onLeave}
      className="pointer-events-auto fixed top-0 left-0 z-60 flex w-max max-w-72 animate-fade-in items-center gap-2 rounded-control bg-ink-solid px-2 py-1 text-xs text-on-ink shadow-pop"
    >
      {children}
    </span>,
    document.body,
  );
}
