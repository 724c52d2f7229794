import { Button, IconButton } from "@patchbay/ui";
import type { Edge, NodeId } from "@patchbay/core";
import { ArrowDown, ArrowUp, Plus, Split, Wrench } from "lucide-react";
import { nodeTitle } from "../canvas/nodeFace.ts";
import { useEditor, useEditorServices } from "../EditorContext.tsx";
import { moveRoute, setFallback } from "../store/commands.ts";
import { edgeKey, indexDefinition } from "../store/definitionIndex.ts";

/** A router's routes in the order in which they are tried: move, filter, make one the fallback. */
export function RouteList({ nodeId }: { nodeId: NodeId }) {
  const { store, catalog } = useEditorServices();
  const definition = useEditor((state) => state.definition);
  const index = indexDefinition(definition);
  const routes = index.next.get(nodeId) ?? [];
  const { edit, actions } = store.getState();
  return (
    <div className="flex flex-col gap-2">
      <h3 className="text-xs font-medium text-ink">Routes, in their order</h3>
      {routes.length === 0 ? (
        <p className="text-sm text-ink-2">No routes yet. Add the first node of each route.</p>
      ) : null}
      <ol className="flex flex-col gap-1">
        {routes.map((edge, place) => {
          const target = index.nodes.get(edge.to);
          const title = target ? `${target.id} ${nodeTitle(catalog, target)}` : `Node ${edge.to}`;
          return (
            <RouteRow
              key={edge.to}
              edge={edge}
              title={title}
              isFirst={place === 0}
              isLast={place === routes.length - 1}
              onMove={(by) =>
                edit({ label: "Reorder routes", apply: (before) => moveRoute(before, edgeKey(edge), by) })
              }
              onFilter={() => actions?.openFilter(edgeKey(edge))}
              onFallback={() =>
                edit({
                  label: edge.fallback ? "No fallback" : "Make a route the fallback",
                  apply: (before) => setFallback(before, edgeKey(edge), !edge.fallback),
                })
              }
            />
          );
        })}
      </ol>
      <Button
        size="sm"
        className="self-start"
        onClick={() => actions?.openPicker({ kind: "after", from: nodeId, output: "next" })}
      >
        <Plus aria-hidden />
        Add route
      </Button>
    </div>
  );
}

interface RouteRowProps {
  edge: Edge;
  title: string;
  isFirst: boolean;
  isLast: boolean;
  onMove: (by: -1 | 1) => void;
  onFilter: () => void;
  onFallback: () => void;
}

function RouteRow({ edge, title, isFirst, isLast, onMove, onFilter, onFallback }: RouteRowProps) {
  const rule = edge.fallback
    ? "Takes what no other route took"
    : edge.filter
      ? (edge.filter.label ?? "Filter without label")
      : "Takes everything";
  return (
    <li className="flex items-center gap-1 rounded-control border border-line-2 py-1 pr-1 pl-2.5">
      <span className="min-w-0 flex-1">
        <span className="block truncate text-sm font-medium text-ink">{title}</span>
        <span className="block truncate text-xs text-ink-2">{rule}</span>
      </span>
      {edge.fallback ? null : (
        <IconButton label={`Filter of the route to ${title}`} onClick={onFilter}>
          <Wrench aria-hidden />
        </IconButton>
      )}
      <IconButton
        label={edge.fallback ? `Make ${title} an ordinary route` : `Make ${title} the fallback`}
        aria-pressed={edge.fallback ?? false}
        className={edge.fallback ? "bg-pressed text-ink" : ""}
        onClick={onFallback}
      >
        <Split aria-hidden />
      </IconButton>
      <IconButton label={`Move ${title} up`} disabled={isFirst || edge.fallback} onClick={() => onMove(-1)}>
        <ArrowUp aria-hidden />
      </IconButton>
      <IconButton label={`Move ${title} down`} disabled={isLast || edge.fallback} onClick={() => onMove(1)}>
        <ArrowDown aria-hidden />
      </IconButton>
    </li>
  );
}
