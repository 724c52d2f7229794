/**
 * Where things are on the canvas, in flow coordinates (pixels at 100 % zoom). A node's position is the upper left
 * corner of the square around its disc. Cables are drawn from this arithmetic and never from measured elements, so
 * that they are right in the first frame.
 */
export const DISC = 72;
const RADIUS = DISC / 2;
export const PLUG_LENGTH = 10;
export const PLUG_WIDTH = 8;
/** Between the disc's rim and the plug. */
const PLUG_GAP = 3;
/** Between the rim and the plug where the disc wears a ring (selected, running). */
const RINGED_PLUG_GAP = 10;
/** Square area around a plug that takes the pointer. */
export const HANDLE_SIZE = 24;
/** From the disc's centre to the middle of the handle area of an output. */
const HANDLE_DISTANCE = RADIUS + PLUG_GAP + PLUG_LENGTH / 2 + 3;

export interface Point {
  x: number;
  y: number;
}

/** Clockwise from "to the right", in radians, as on the screen. */
export type Angle = number;

const degrees = (value: number): Angle => (value * Math.PI) / 180;

export const ERROR_ANGLE = degrees(42);
const ROUTE_STEP = 36;
const WIDEST_ROUTE = 72;

/** The angle of output `index` of `count`: one leaves straight, three at -36°, 0° and +36°, more share ±72°. */
export function outputAngle(index: number, count: number): Angle {
  if (count <= 1) return 0;
  const reach = Math.min(WIDEST_ROUTE, (ROUTE_STEP * (count - 1)) / 2);
  return degrees(-reach + (2 * reach * index) / (count - 1));
}

/** Where the plus for one more route sits: below the last route. */
export function spareAngle(count: number): Angle {
  if (count === 0) return 0;
  const reach = count === 1 ? 0 : Math.min(WIDEST_ROUTE, (ROUTE_STEP * (count - 1)) / 2);
  return degrees(Math.min(90, reach + ROUTE_STEP));
}

export const discCentre = (position: Point): Point => ({ x: position.x + RADIUS, y: position.y + RADIUS });

export function onCircle(centre: Point, distance: number, angle: Angle): Point {
  return { x: centre.x + Math.cos(angle) * distance, y: centre.y + Math.sin(angle) * distance };
}

/** The upper left corner of an output's handle area, relative to the node. */
export function handleCorner(angle: Angle): Point {
  const middle = onCircle({ x: RADIUS, y: RADIUS }, HANDLE_DISTANCE, angle);
  return { x: middle.x - HANDLE_SIZE / 2, y: middle.y - HANDLE_SIZE / 2 };
}

export interface Plug {
  /** The plug's middle. */
  at: Point;
  angle: Angle;
}

export interface Cable {
  /** SVG path data of the cable between the plugs' outer ends. */
  path: string;
  start: Plug;
  end: Plug;
  /** Where the cable's label sits. */
  middle: Point;
}

export interface CableEnds {
  from: Point;
  to: Point;
  angle: Angle;
  isFromRinged: boolean;
  isToRinged: boolean;
}

/** The cable between the nodes at positions `from` and `to`. */
export function routeCable({ from, to, angle, isFromRinged, isToRinged }: CableEnds): Cable {
  const source = discCentre(from);
  const target = discCentre(to);
  const startGap = isFromRinged ? RINGED_PLUG_GAP : PLUG_GAP;
  const endGap = isToRinged ? RINGED_PLUG_GAP : PLUG_GAP;
  const start = onCircle(source, RADIUS + startGap + PLUG_LENGTH, angle);
  const end = { x: target.x - RADIUS - endGap - PLUG_LENGTH, y: target.y };
  const reach = controlReach(start, end);
  const a = onCircle(start, reach, angle);
  const b = { x: end.x - reach, y: end.y };
  return {
    path: `M${fixed(start.x)},${fixed(start.y)} C${fixed(a.x)},${fixed(a.y)} ${fixed(b.x)},${fixed(b.y)} ${fixed(end.x)},${fixed(end.y)}`,
    start: { at: onCircle(source, RADIUS + startGap + PLUG_LENGTH / 2, angle), angle },
    end: { at: { x: end.x + PLUG_LENGTH / 2, y: end.y }, angle: 0 },
    middle: { x: cubicMiddle(start.x, a.x, b.x, end.x), y: cubicMiddle(start.y, a.y, b.y, end.y) },
  };
}

/** How far the control points stand off: softer with distance, and wide enough to swing round when going back. */
function controlReach(start: Point, end: Point): number {
  const dx = end.x - start.x;
  const dy = Math.abs(end.y - start.y);
  if (dx < 0) return Math.min(240, 60 + Math.abs(dx) * 0.5);
  return Math.max(12, Math.min(dx * 0.5, 40 + (dx + dy) * 0.3));
}

/** A cubic Bézier curve at its half. */
function cubicMiddle(a: number, b: number, c: number, d: number): number {
  return (a + 3 * b + 3 * c + d) / 8;
}

const fixed = (value: number): string => String(Math.round(value * 10) / 10);

/** The distance of a point to the straight chord of a cable; what "dropped on this edge" is judged by. */
export function distanceToSegment(point: Point, a: Point, b: Point): number {
  const lengthSquared = (b.x - a.x) ** 2 + (b.y - a.y) ** 2;
  const along =
    lengthSquared === 0 ? 0 : ((point.x - a.x) * (b.x - a.x) + (point.y - a.y) * (b.y - a.y)) / lengthSquared;
  const t = Math.max(0, Math.min(1, along));
  return Math.hypot(point.x - (a.x + t * (b.x - a.x)), point.y - (a.y + t * (b.y - a.y)));
}
