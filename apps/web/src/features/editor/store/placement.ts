import type { Definition, DefinitionNode, NodeId } from "@patchbay/core";
import { flowOrder, indexDefinition } from "./definitionIndex.ts";

export interface Position {
  x: number;
  y: number;
}

/** Distances between neighbours on the grid, in flow pixels. */
export const COLUMN = 180;
export const ROW = 180;
const GRID = 20;

export const snap = ({ x, y }: Position): Position => ({
  x: Math.round(x / GRID) * GRID,
  y: Math.round(y / GRID) * GRID,
});

const DISC_SIZE = { width: 72, height: 72 };

/** The nearest place at or below `wanted` where something of this size covers no disc and no name below one. */
export function freePosition(definition: Definition, wanted: Position, size = DISC_SIZE): Position {
  let place = snap(wanted);
  const isTaken = ({ x, y }: Position) =>
    definition.nodes.some(
      ({ position }) =>
        x < position.x + 112 &&
        x + size.width > position.x - 40 &&
        y < position.y + 120 &&
        y + size.height > position.y - 20,
    );
  for (let tries = 0; isTaken(place) && tries < 500; tries += 1) place = { x: place.x, y: place.y + ROW };
  return place;
}

/** Where a new node after `node` goes: to its right, or below the routes that are there; error handlers lower. */
export function positionAfter(definition: Definition, node: DefinitionNode, kind: "next" | "error"): Position {
  const index = indexDefinition(definition);
  const siblings = (index.next.get(node.id) ?? []).flatMap((edge) => index.nodes.get(edge.to)?.position ?? []);
  const lowest = Math.max(...siblings.map(({ y }) => y), -Infinity);
  const y = kind === "error" ? node.position.y + 140 : Number.isFinite(lowest) ? lowest + ROW : node.position.y;
  return freePosition(definition, { x: node.position.x + (kind === "error" ? 140 : COLUMN), y });
}

/**
 * Lays the whole graph out from left to right: columns by depth, one row per leaf, parents level with the middle of
 * their children. Unconnected nodes follow below. Positions only; deterministic.
 */
export function alignedPositions(definition: Definition): Map<NodeId, Position> {
  const index = indexDefinition(definition);
  const places = new Map<NodeId, Position>();
  let nextRow = 0;
  const place = (id: NodeId, depth: number): number => {
    const known = places.get(id);
    if (known) return known.y;
    places.set(id, { x: depth * COLUMN, y: 0 });
    const children = [...(index.next.get(id) ?? []).map((edge) => edge.to), ...errorTarget(id)].filter(
      (child) => !places.has(child) && index.nodes.has(child),
    );
    const rows = children.map((child) => place(child, depth + 1));
    const y = rows.length === 0 ? nextRow++ * ROW : (rows[0]! + rows[rows.length - 1]!) / 2;
    places.set(id, { x: depth * COLUMN, y });
    return y;
  };
  const errorTarget = (id: NodeId): NodeId[] => {
    const edge = index.error.get(id);
    return edge ? [edge.to] : [];
  };
  for (const id of flowOrder(definition)) if (!index.incoming.has(id)) place(id, 0);
  for (const node of definition.nodes) place(node.id, 0);
  return moveToOrigin(definition, places);
}

/** Keeps the upper left corner of the drawing where it was. */
function moveToOrigin(definition: Definition, places: Map<NodeId, Position>): Map<NodeId, Position> {
  const first = flowOrder(definition)[0];
  const anchor = definition.nodes.find((node) => node.id === first);
  const target = first === undefined ? undefined : places.get(first);
  if (!anchor || !target) return places;
  const shift = { x: anchor.position.x - target.x, y: anchor.position.y - target.y };
  return new Map([...places].map(([id, { x, y }]) => [id, snap({ x: x + shift.x, y: y + shift.y })]));
}
