import type { DefinitionNode, ManifestCatalog, NodeId } from "@patchbay/core";
import { AppIcon, Badge, Button, Checkbox, Dialog, ErrorState, Notice, Skeleton } from "@patchbay/ui";
import type { Tone } from "@patchbay/ui";
import { CircleCheck, Info } from "lucide-react";
import { useCallback, useEffect, useState } from "react";
import { messageOf } from "@/lib/errors.ts";
import type { UpgradeReport } from "../backend/types.ts";
import { nodeFace, nodeTitle } from "../canvas/nodeFace.ts";
import { useEditor, useEditorServices } from "../EditorContext.tsx";
import { applyUpgrades, outdatedNodes } from "./upgrades.ts";

interface Planned {
  report: UpgradeReport;
  node: DefinitionNode;
}

type Plan = { kind: "loading" } | { kind: "failed"; message: string } | { kind: "ok"; rows: Planned[] };

/** Which nodes have a newer version, what would change in each, and doing it: one step that undo takes back. */
export function UpgradeDialog({ nodeIds, onClose }: { nodeIds: readonly NodeId[] | null; onClose: () => void }) {
  const { store } = useEditorServices();
  const { plan, load } = usePlan(nodeIds);
  const [left, setLeft] = useState<ReadonlySet<NodeId>>(new Set());
  const rows = plan.kind === "ok" ? plan.rows : [];
  const chosen = rows.filter(({ report }) => report.verdict !== "refused" && !left.has(report.nodeId));
  const toggle = (id: NodeId, isChosen: boolean) =>
    setLeft((before) => {
      const next = new Set(before);
      if (isChosen) next.delete(id);
      else next.add(id);
      return next;
    });
  const upgrade = () => {
    store.getState().edit({
      label: chosen.length === 1 ? "Upgrade a node" : `Upgrade ${chosen.length} nodes`,
      apply: (definition) =>
        applyUpgrades(
          definition,
          chosen.map(({ node }) => node),
        ),
    });
    onClose();
  };
  return (
    <Dialog
      open
      onOpenChange={(isOpen) => !isOpen && onClose()}
      width="lg"
      title="Upgrade nodes"
      description="Only the draft changes, and undo takes it back. Published versions go on with the nodes they have."
      onSubmit={() => chosen.length > 0 && upgrade()}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" disabled={chosen.length === 0}>
            {chosen.length === 1 ? "Upgrade 1 node" : `Upgrade ${chosen.length} nodes`}
          </Button>
        </>
      }
    >
      {plan.kind === "loading" ? <PlanSkeleton /> : null}
      {plan.kind === "failed" ? (
        <ErrorState title="The upgrades could not be worked out" message={plan.message} onRetry={load} />
      ) : null}
      {plan.kind === "ok" && rows.length === 0 ? (
        <Notice tone="ok" icon={<CircleCheck aria-hidden />} title="Every node is at its newest version" />
      ) : null}
      {rows.length > 0 ? (
        <ul className="divide-y divide-line overflow-hidden rounded-control border border-line-2">
          {rows.map((row) => (
            <UpgradeRow
              key={row.report.nodeId}
              row={row}
              isChosen={row.report.verdict !== "refused" && !left.has(row.report.nodeId)}
              onChoose={(isChosen) => toggle(row.report.nodeId, isChosen)}
            />
          ))}
        </ul>
      ) : null}
    </Dialog>
  );
}

/** Asks the server, which has the integrations' code, what the definition would become. */
function usePlan(nodeIds: readonly NodeId[] | null): { plan: Plan; load: () => void } {
  const { store, backend, catalog } = useEditorServices();
  const [plan, setPlan] = useState<Plan>({ kind: "loading" });
  const load = useCallback(() => {
    const { definition } = store.getState();
    const wanted = [...(nodeIds ?? outdatedNodes(catalog, definition))];
    setPlan({ kind: "loading" });
    backend.planUpgrades({ definition: JSON.stringify(definition), nodeIds: wanted }).then(
      (answer) =>
        setPlan(
          answer.kind === "invalid"
            ? { kind: "failed", message: answer.issues.map(({ message }) => message).join(" ") }
            : {
                kind: "ok",
                rows: answer.reports.map((report, index) => ({
                  report,
                  node: JSON.parse(answer.nodes[index] ?? "null") as DefinitionNode,
                })),
              },
        ),
      (error: unknown) => setPlan({ kind: "failed", message: messageOf(error) }),
    );
  }, [store, backend, catalog, nodeIds]);
  useEffect(load, [load]);
  return { plan, load };
}

const verdicts: Record<UpgradeReport["verdict"], { tone: Tone; label: string }> = {
  ready: { tone: "ok", label: "Ready" },
  look: { tone: "warn", label: "Take a look" },
  refused: { tone: "bad", label: "Not possible" },
};

interface UpgradeRowProps {
  row: Planned;
  isChosen: boolean;
  onChoose: (isChosen: boolean) => void;
}

function UpgradeRow({ row: { report, node }, isChosen, onChoose }: UpgradeRowProps) {
  const catalog = useEditor((state) => state.catalog);
  const face = nodeFace(catalog, node);
  const title = nodeTitle(catalog, node);
  const { tone, label } = verdicts[report.verdict];
  return (
    <li className="flex gap-3 px-4 py-3">
      <span className="pt-1">
        <Checkbox
          label={`Upgrade node ${report.nodeId}, ${title}`}
          checked={isChosen}
          disabled={report.verdict === "refused"}
          onCheckedChange={onChoose}
        />
      </span>
      <div className="flex min-w-0 flex-1 flex-col gap-2">
        <div className="flex min-w-0 items-center gap-2">
          <AppIcon icon={face.icon} color={face.color} size={20} />
          <span className="truncate text-sm font-medium text-ink">{title}</span>
          <span className="font-mono text-xs text-ink-3">{report.nodeId}</span>
          <span className="font-mono text-xs whitespace-nowrap text-ink-2">{versionWords(report.from, report.to)}</span>
          <Badge tone={tone} className="ml-auto">
            {label}
          </Badge>
        </div>
        {report.changes.map((text) => (
          <p key={text} className="flex gap-1.5 text-sm text-ink-2">
            <Info aria-hidden className="mt-0.5 size-3.5 shrink-0 text-ink-3" />
            {text}
          </p>
        ))}
        <ReasonList reasons={report.reasons} isRefusal={report.verdict === "refused"} />
        <FieldList report={report} />
      </div>
    </li>
  );
}

function ReasonList({ reasons, isRefusal }: { reasons: readonly string[]; isRefusal: boolean }) {
  if (reasons.length === 0) return null;
  return (
    <ul className={isRefusal ? "text-sm text-bad" : "text-sm text-warn"}>
      {reasons.map((reason) => (
        <li key={reason}>{reason}</li>
      ))}
    </ul>
  );
}

/** Fields of the settings, with before and after; that the typeVersion rises is in the row's head. */
function FieldList({ report }: { report: UpgradeReport }) {
  const catalog = useEditor((state) => state.catalog);
  const fields = report.fields.filter(({ path }) => path[0] === "config");
  if (fields.length === 0) return null;
  return (
    <dl className="grid grid-cols-[minmax(7rem,auto)_1fr] gap-x-3 gap-y-1 text-xs">
      {fields.map(({ path, before, after }) => (
        <div key={path.join(".")} className="contents">
          <dt className="font-medium text-ink">
            {fieldTitle(catalog, report, String(path[1]))}
            {path.length > 2 ? ` › ${path.slice(2).join(" › ")}` : ""}
          </dt>
          <dd className="flex min-w-0 flex-wrap gap-1.5">
            {before === undefined ? null : (
              <code className="rounded-tag bg-bad-tint px-1 break-all text-bad line-through">{plainText(before)}</code>
            )}
            {after === undefined ? null : (
              <code className="rounded-tag bg-ok-tint px-1 break-all text-ok">{plainText(after)}</code>
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** How a form calls the field: the one that has it, the newer first. */
function fieldTitle(catalog: ManifestCatalog, { from, to }: UpgradeReport, field: string): string {
  for (const { type, typeVersion } of [to, from]) {
    const properties = catalog.getNodeKind(type, typeVersion)?.node.input.properties as
      Record<string, { title?: string } | undefined> | undefined;
    const title = properties && Object.hasOwn(properties, field) ? properties[field]?.title : undefined;
    if (title) return title;
  }
  return field;
}

/** A text as it stands in the form; anything else as JSON. */
function plainText(json: string): string {
  const value: unknown = JSON.parse(json);
  return typeof value === "string" ? value : json;
}

function versionWords(from: UpgradeReport["from"], to: UpgradeReport["to"]): string {
  if (from.type === to.type) return `v${from.typeVersion} → v${to.typeVersion}`;
  return `${from.type} v${from.typeVersion} → ${to.type} v${to.typeVersion}`;
}

function PlanSkeleton() {
  return (
    <div aria-busy="true" aria-label="Working out what changes" className="flex flex-col gap-3 py-2">
      <Skeleton className="w-3/4" />
      <Skeleton className="w-1/2" />
      <Skeleton className="w-2/3" />
    </div>
  );
}
