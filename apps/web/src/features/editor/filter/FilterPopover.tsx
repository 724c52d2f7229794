import { Button, Checkbox, Field, IconButton, Input, Notice, Select } from "@patchbay/ui";
import type { Condition, Filter } from "@patchbay/core";
import { conditionDocs, conditionOperators } from "@patchbay/core";
import { CircleAlert, Plus, Trash2, Wrench, X } from "lucide-react";
import { useMemo } from "react";
import { AnchoredPanel } from "../canvas/AnchoredPanel.tsx";
import { useCanvasView } from "../canvas/useCanvasView.ts";
import { nodeTitle } from "../canvas/nodeFace.ts";
import { useEditor, useEditorServices } from "../EditorContext.tsx";
import { MappingField } from "../mapping/MappingField.tsx";
import { MappingScopeProvider } from "../mapping/MappingContext.tsx";
import { ValuePanel } from "../mapping/ValuePanel.tsx";
import { setFilter } from "../store/commands.ts";
import { indexDefinition } from "../store/definitionIndex.ts";
import type { EdgeKey } from "../store/definitionIndex.ts";
import { issuesOfEdge } from "../store/editorStore.ts";
import {
  addCondition,
  addGroup,
  comparesText,
  emptyFilter,
  hasRightSide,
  removeCondition,
  setCondition,
} from "./filterModel.ts";

const WIDTH = 388;
const VALUES_WIDTH = 284;

/** Which bundles may pass an edge: a label, and groups of conditions of which one must hold as a whole. */
export function FilterPopover({ edgeKey }: { edgeKey: EdgeKey }) {
  const { store, catalog } = useEditorServices();
  const edge = useEditor((state) => indexDefinition(state.definition).edges.get(edgeKey));
  const target = useEditor((state) => (edge ? indexDefinition(state.definition).nodes.get(edge.to) : undefined));
  const allIssues = useEditor((state) => state.issues);
  const issues = useMemo(() => issuesOfEdge(allIssues, edgeKey), [allIssues, edgeKey]);
  const view = useCanvasView();
  if (!edge || !target) return null;
  const filter = edge.filter ?? emptyFilter();
  const set = (next: Filter | undefined, merge?: string) =>
    store.getState().edit({
      label: next ? "Change a filter" : "Remove a filter",
      ...(merge ? { merge: `filter:${edgeKey}:${merge}` } : {}),
      apply: (definition) => setFilter(definition, edgeKey, next),
    });
  const close = () => {
    store.getState().setPanel({ kind: "none" });
    view.focus(edge.to);
  };
  return (
    <AnchoredPanel nodeId={edge.to} width={WIDTH + VALUES_WIDTH + 8}>
      <MappingScopeProvider nodeId={edge.to}>
        <div
          className="contents"
          onKeyDown={(event) => {
            if (event.key !== "Escape" || event.defaultPrevented) return;
            event.stopPropagation();
            close();
          }}
        >
          <section
            role="dialog"
            aria-label={`Filter before node ${target.id}, ${nodeTitle(catalog, target)}`}
            className="mt-(--main-offset) flex max-h-(--panel-height) shrink-0 animate-pop-in flex-col overflow-hidden rounded-pop border border-line-2 bg-surface shadow-pop"
            style={{ width: WIDTH }}
          >
            <header className="flex h-13 shrink-0 items-center gap-2.5 border-b border-line pr-2 pl-4">
              <Wrench aria-hidden className="size-4 text-ink-2" />
              <h2 className="min-w-0 flex-1 truncate text-base font-semibold text-ink">
                Filter{" "}
                <span className="text-sm font-normal text-ink-2">
                  before {target.id} {nodeTitle(catalog, target)}
                </span>
              </h2>
              <IconButton label="Close" shortcut={["Esc"]} onClick={close}>
                <X aria-hidden />
              </IconButton>
            </header>
            <div className="flex min-h-0 flex-1 flex-col gap-4 overflow-y-auto px-4 py-4">
              {issues.map((issue) => (
                <Notice
                  key={issue.code + issue.message}
                  tone={issue.severity === "error" ? "bad" : "warn"}
                  icon={<CircleAlert aria-hidden />}
                  title={issue.message}
                >
                  {issue.fix}
                </Notice>
              ))}
              <Field label="Label" htmlFor="filter-label">
                <Input
                  id="filter-label"
                  value={filter.label ?? ""}
                  maxLength={200}
                  placeholder="Paid in full"
                  onChange={(event) => set({ ...filter, label: event.target.value || undefined }, "label")}
                />
              </Field>
              <ConditionGroups filter={filter} onChange={set} />
            </div>
            <footer className="flex items-center gap-2 border-t border-line bg-sunken px-4 py-2.5">
              <Button
                variant="quiet"
                className="-ml-3"
                disabled={!edge.filter}
                onClick={() => {
                  set(undefined);
                  close();
                }}
              >
                <Trash2 aria-hidden />
                Remove filter
              </Button>
              <Button variant="primary" className="ml-auto" onClick={close}>
                Done
              </Button>
            </footer>
          </section>
          <ValuePanel />
        </div>
      </MappingScopeProvider>
    </AnchoredPanel>
  );
}

interface ConditionGroupsProps {
  filter: Filter;
  onChange: (filter: Filter | undefined, merge?: string) => void;
}

function ConditionGroups({ filter, onChange }: ConditionGroupsProps) {
  return (
    <div className="flex flex-col gap-3">
      {filter.conditions.map((conditions, group) => (
        <div key={group} role="group" aria-label={`Group ${group + 1}: all of these`} className="flex flex-col gap-3">
          {group > 0 ? <Divider>or</Divider> : null}
          {conditions.map((condition, place) => (
            <ConditionRow
              key={place}
              id={`condition-${group}-${place}`}
              number={`${group + 1}.${place + 1}`}
              joins={place > 0}
              condition={condition}
              onChange={(next) => onChange(setCondition(filter, group, place, next), `${group}.${place}`)}
              onRemove={() => onChange(removeCondition(filter, group, place) ?? undefined)}
            />
          ))}
          <Button
            size="sm"
            variant="quiet"
            className="-ml-2.5 self-start"
            onClick={() => onChange(addCondition(filter, group))}
          >
            <Plus aria-hidden />
            And
          </Button>
        </div>
      ))}
      <Button size="sm" className="self-start" onClick={() => onChange(addGroup(filter))}>
        <Plus aria-hidden />
        Or another group
      </Button>
    </div>
  );
}

function Divider({ children }: { children: string }) {
  return (
    <span className="flex items-center gap-2 text-xs font-medium text-ink-3">
      <span aria-hidden className="h-px flex-1 bg-line" />
      {children}
      <span aria-hidden className="h-px flex-1 bg-line" />
    </span>
  );
}

const operators = conditionOperators.map((operator) => {
  const { label, description } = conditionDocs[operator];
  return { value: operator, label, description };
});

interface ConditionRowProps {
  id: string;
  number: string;
  joins: boolean;
  condition: Condition;
  onChange: (condition: Condition) => void;
  onRemove: () => void;
}

function ConditionRow({ id, number, joins, condition, onChange, onRemove }: ConditionRowProps) {
  return (
    <div className="flex items-start gap-1 rounded-control border border-line-2 bg-sunken p-2">
      <div className="flex min-w-0 flex-1 flex-col gap-1.5">
        {joins ? <span className="text-xs text-ink-3">and</span> : null}
        <MappingField
          id={`${id}-left`}
          label={`Value of condition ${number}`}
          value={condition.left}
          placeholder="Value to look at"
          onChange={(left) => onChange({ ...condition, left })}
        />
        <Select
          size="sm"
          aria-label={`Comparison of condition ${number}`}
          value={condition.operator}
          onValueChange={(operator) => onChange({ ...condition, operator })}
          options={operators}
        />
        {hasRightSide(condition.operator) ? (
          <MappingField
            id={`${id}-right`}
            label={`Compared with in condition ${number}`}
            value={condition.right ?? ""}
            placeholder="Compare with"
            onChange={(right) => onChange({ ...condition, right })}
          />
        ) : null}
        {comparesText(condition.operator) ? (
          <label className="flex items-center gap-2 text-xs text-ink-2">
            <Checkbox
              checked={condition.ignoreCase ?? false}
              onCheckedChange={(isIgnored) => onChange({ ...condition, ignoreCase: isIgnored || undefined })}
              label={`Ignore upper and lower case in condition ${number}`}
            />
            Ignore upper and lower case
          </label>
        ) : null}
      </div>
      <IconButton label={`Remove condition ${number}`} onClick={onRemove}>
        <X aria-hidden />
      </IconButton>
    </div>
  );
}
