export type TooltipSide = "top" | "right" | "bottom" | "left";

/** Between an element and its tooltip. */
const GAP = 6;
/** Between a tooltip and the window's edge. */
const MARGIN = 8;

interface Size {
  width: number;
  height: number;
}

interface Placing {
  /** The element's box in the window, in pixels. */
  anchor: { left: number; top: number; right: number; bottom: number };
  size: Size;
  /** The window. */
  view: Size;
  /** The side that is asked for; the opposite one where there is no room. */
  side: TooltipSide;
}

const opposite: Record<TooltipSide, TooltipSide> = { top: "bottom", right: "left", bottom: "top", left: "right" };

/** Where a tooltip's upper left corner goes: beside the element's middle, and inside the window. */
export function placeTooltip({ anchor, size, view, side }: Placing): { left: number; top: number } {
  const room: Record<TooltipSide, boolean> = {
    top: anchor.top - GAP - size.height >= MARGIN,
    bottom: anchor.bottom + GAP + size.height <= view.height - MARGIN,
    left: anchor.left - GAP - size.width >= MARGIN,
    right: anchor.right + GAP + size.width <= view.width - MARGIN,
  };
  const at = room[side] || !room[opposite[side]] ? side : opposite[side];
  const middle = {
    left: (anchor.left + anchor.right - size.width) / 2,
    top: (anchor.top + anchor.bottom - size.height) / 2,
  };
  const corners: Record<TooltipSide, { left: number; top: number }> = {
    top: { left: middle.left, top: anchor.top - GAP - size.height },
    bottom: { left: middle.left, top: anchor.bottom + GAP },
    left: { left: anchor.left - GAP - size.width, top: middle.top },
    right: { left: anchor.right + GAP, top: middle.top },
  };
  return {
    left: Math.round(within(corners[at].left, view.width - size.width)),
    top: Math.round(within(corners[at].top, view.height - size.height)),
  };
}

const within = (value: number, most: number) => Math.max(MARGIN, Math.min(value, most - MARGIN));
