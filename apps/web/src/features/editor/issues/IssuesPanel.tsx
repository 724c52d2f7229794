import { Button, EmptyState, IconButton, cx } from "@patchbay/ui";
import type { Issue } from "@patchbay/core";
import { CircleAlert, CircleCheck, CircleFadingArrowUp, TriangleAlert, X } from "lucide-react";
import { nodeTitle } from "../canvas/nodeFace.ts";
import { useCanvasView } from "../canvas/useCanvasView.ts";
import { useEditor, useEditorServices } from "../EditorContext.tsx";
import { edgeKey, indexDefinition } from "../store/definitionIndex.ts";
import { outdatedNodes } from "../upgrade/upgrades.ts";

/** Everything that is wrong or doubtful; choosing an issue goes to where it is. */
export function IssuesPanel() {
  const { store } = useEditorServices();
  const issues = useEditor((state) => state.issues);
  const view = useCanvasView();
  const close = () => store.getState().setPanel({ kind: "none" });
  const jump = (issue: Issue) => {
    const { actions } = store.getState();
    const nodeId = issue.nodeId ?? issue.edge?.to;
    if (nodeId !== undefined) view.reveal(nodeId);
    if (issue.edge) actions?.openFilter(edgeKey(issue.edge));
    else if (issue.nodeId !== undefined) actions?.openNode(issue.nodeId);
  };
  const sorted = [...issues].sort((a, b) => Number(a.severity === "warning") - Number(b.severity === "warning"));
  return (
    <section
      aria-label="Issues"
      className="nowheel nopan nodrag absolute top-3 right-3 z-20 flex max-h-[calc(100%-24px)] w-97 animate-pop-in flex-col overflow-hidden rounded-pop border border-line-2 bg-surface shadow-pop"
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        close();
      }}
    >
      <header className="flex h-12 shrink-0 items-center border-b border-line pr-2 pl-4">
        <h2 className="flex-1 text-base font-semibold text-ink">Issues</h2>
        <IconButton label="Close" shortcut={["Esc"]} onClick={close}>
          <X aria-hidden />
        </IconButton>
      </header>
      <UpgradeStrip />
      {sorted.length === 0 ? (
        <EmptyState icon={<CircleCheck aria-hidden />} title="Nothing is wrong">
          This draft can be run and published.
        </EmptyState>
      ) : (
        <ul className="min-h-0 divide-y divide-line overflow-y-auto">
          {sorted.map((issue, place) => (
            <li key={place}>
              <IssueRow issue={issue} onJump={() => jump(issue)} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

/** How many nodes have a newer version, where some have. */
function UpgradeStrip() {
  const { store } = useEditorServices();
  const count = useEditor((state) => outdatedNodes(state.catalog, state.definition).length);
  if (count === 0) return null;
  return (
    <div className="flex items-center gap-2.5 border-b border-line bg-signal-tint px-4 py-2 text-sm text-ink">
      <CircleFadingArrowUp aria-hidden className="size-4 shrink-0 text-signal" />
      <span className="flex-1">
        {count === 1 ? "1 node has a newer version" : `${count} nodes have a newer version`}
      </span>
      <Button size="sm" onClick={() => store.getState().setPanel({ kind: "upgrades", nodeIds: null })}>
        Look
      </Button>
    </div>
  );
}

function IssueRow({ issue, onJump }: { issue: Issue; onJump: () => void }) {
  const catalog = useEditor((state) => state.catalog);
  const node = useEditor((state) =>
    issue.nodeId === undefined ? undefined : indexDefinition(state.definition).nodes.get(issue.nodeId),
  );
  const isError = issue.severity === "error";
  const Icon = isError ? CircleAlert : TriangleAlert;
  const place = node
    ? `${node.id} ${nodeTitle(catalog, node)}`
    : issue.edge
      ? `Cable ${issue.edge.from} to ${issue.edge.to}`
      : "Scenario";
  return (
    <button
      type="button"
      onClick={onJump}
      className="flex w-full items-start gap-2.5 px-4 py-2.5 text-left hover:bg-hover focus-visible:-outline-offset-2"
    >
      <Icon aria-hidden className={cx("mt-0.5 size-4 shrink-0", isError ? "text-bad" : "text-warn")} />
      <span className="min-w-0">
        <span className="block text-xs text-ink-3">
          {place}
          {issue.field && issue.field.length > 0 ? ` › ${issue.field.join(" › ")}` : ""}
        </span>
        <span className="block text-sm font-medium text-ink">{issue.message}</span>
        {issue.fix ? <span className="block text-xs text-ink-2">{issue.fix}</span> : null}
      </span>
    </button>
  );
}
