import { SearchField, Tab, TabList, TabPanel, Tabs, cx, kindOf, summarize } from "@patchbay/ui";
import type { JsonKind } from "@patchbay/ui";
import { listValues, typeLabel } from "@patchbay/core";
import type { KnownValue, Shape } from "@patchbay/core";
import {
  Braces,
  Brackets,
  Calendar,
  ChevronDown,
  ChevronRight,
  CircleOff,
  Hash,
  Link,
  ToggleLeft,
  Type,
} from "lucide-react";
import type { LucideIcon } from "lucide-react";
import { useRef, useState } from "react";
import type { KeyboardEvent } from "react";
import { FunctionList } from "./FunctionList.tsx";
import { functionTabs } from "./functionSearch.ts";
import { useMappingScope } from "./MappingContext.tsx";
import type { SampleOrigin, SourceNode } from "./samples.ts";

/** Values of earlier nodes and functions, to put into the formula box that has the focus. Arrow keys move, Enter inserts. */
export function ValuePanel() {
  const { sources, target } = useMappingScope();
  const [search, setSearch] = useState("");
  const insert = (formula: string) => target?.insert(formula);
  return (
    <section
      aria-label="Values and functions"
      className="flex max-h-(--panel-height) w-71 shrink-0 flex-col overflow-hidden rounded-pop border border-line-2 bg-surface shadow-pop"
      onKeyDown={moveFocus}
    >
      <Tabs defaultValue="Values" className="flex min-h-0 flex-col">
        <TabList className="shrink-0 gap-0 px-1.5">
          <Tab value="Values" className="px-1.75 text-xs">
            Values
          </Tab>
          {functionTabs.map(({ label }) => (
            <Tab key={label} value={label} className="px-1.75 text-xs">
              {label}
            </Tab>
          ))}
        </TabList>
        <TabPanel value="Values" className="flex min-h-0 flex-col">
          <div className="p-2">
            <SearchField
              value={search}
              onValueChange={setSearch}
              label={`Search values in ${sources.length} ${sources.length === 1 ? "node" : "nodes"}`}
            />
          </div>
          <div className="min-h-0 flex-1 overflow-y-auto pb-2">
            {sources.length === 0 ? (
              <p className="px-3 py-6 text-center text-sm text-ink-2">No node comes before this one.</p>
            ) : null}
            {sources.map((source) => (
              <SourceValues
                key={source.id}
                source={source}
                search={search}
                isEnabled={target !== null}
                onInsert={insert}
              />
            ))}
          </div>
        </TabPanel>
        {functionTabs.map(({ label, category }) => (
          <TabPanel key={label} value={label} className="flex min-h-0 flex-1 flex-col">
            <FunctionList category={category} isEnabled={target !== null} onInsert={insert} />
          </TabPanel>
        ))}
      </Tabs>
      <footer className="mt-auto border-t border-line bg-sunken px-3 py-2 text-xs text-ink-3">
        {target ? describeOrigins(sources) : "Click into a field to insert values."}
      </footer>
    </section>
  );
}

function moveFocus(event: KeyboardEvent<HTMLElement>) {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const rows = [...event.currentTarget.querySelectorAll<HTMLElement>("[data-value-row]:not(:disabled)")];
  const at = rows.indexOf(document.activeElement as HTMLElement);
  const next = rows[at + (event.key === "ArrowDown" ? 1 : -1)];
  if (!next) return;
  event.preventDefault();
  next.focus();
}

const originWords: Record<Exclude<SampleOrigin, "computed">, string> = {
  run: "the last run",
  request: "the last request",
  example: "examples",
};

function describeOrigins(sources: readonly SourceNode[]): string {
  const origins = [...new Set(sources.flatMap((source) => source.origin ?? []))].filter(
    (origin) => origin !== "computed",
  );
  if (origins.length === 0) return "No samples yet. Run once to see real values.";
  return `Samples from ${origins.map((origin) => originWords[origin]).join(" and ")}`;
}

const kindIcons: Record<JsonKind, LucideIcon> = {
  object: Braces,
  list: Brackets,
  text: Type,
  number: Hash,
  boolean: ToggleLeft,
  null: CircleOff,
  date: Calendar,
  url: Link,
};

interface SourceValuesProps {
  source: SourceNode;
  search: string;
  isEnabled: boolean;
  onInsert: (formula: string) => void;
}

function SourceValues({ source, search, isEnabled, onInsert }: SourceValuesProps) {
  const [isOpen, setOpen] = useState(true);
  const wanted = search.trim().toLowerCase();
  const values = listValues({ ...source, name: source.title })
    .map((value) => ({ ...value, path: pathOf(source.id, value.reference) }))
    .filter((value) => wanted === "" || value.path.toLowerCase().includes(wanted));
  if (wanted !== "" && values.length === 0) return null;
  const Chevron = isOpen ? ChevronDown : ChevronRight;
  return (
    <div className="border-t border-line py-1 first:border-t-0">
      <button
        type="button"
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
        className="flex h-7 w-full items-center gap-2 px-2.5 text-left hover:bg-hover"
      >
        <Chevron aria-hidden className="size-3.5 shrink-0 text-ink-3" />
        <NodePill id={source.id} title={source.title} color={source.color} />
        <span className="truncate text-xs text-ink-3">{source.subtitle}</span>
      </button>
      {isOpen && values.length === 0 ? (
        <p className="px-8 py-1.5 text-xs text-ink-3">Nothing is known of its values yet.</p>
      ) : null}
      {isOpen
        ? values.map((value) => (
            <ValueRow key={value.reference} value={value} isEnabled={isEnabled} onInsert={onInsert} />
          ))
        : null}
    </div>
  );
}

export function NodePill({ id, title, color }: { id: number; title: string; color: string }) {
  return (
    <span
      className="inline-flex h-5.5 min-w-0 items-center overflow-hidden rounded-[4px] border text-xs font-medium text-ink"
      style={{
        borderColor: `color-mix(in srgb, ${color} 34%, transparent)`,
        backgroundColor: `color-mix(in srgb, ${color} 13%, var(--color-surface))`,
      }}
    >
      <span
        className="flex h-full items-center px-1.5 font-mono text-2xs font-semibold text-on-app"
        style={{ backgroundColor: color }}
      >
        {id}
      </span>
      <span className="truncate px-1.5">{title}</span>
    </span>
  );
}

/** `1.body.items[].price` without its node. */
const pathOf = (nodeId: number, reference: string): string => reference.slice(String(nodeId).length).replace(/^\./, "");

function kindOfShape(shape: Shape): JsonKind {
  if (shape.kind === "union") return kindOfShape(shape.of.find(({ kind }) => kind !== "nothing") ?? { kind: "any" });
  // Of what is not known, a text is the most likely.
  return shape.kind === "any" || shape.kind === "nothing" ? "text" : shape.kind;
}

function ValueRow({
  value,
  isEnabled,
  onInsert,
}: {
  value: KnownValue & { path: string };
  isEnabled: boolean;
  onInsert: (formula: string) => void;
}) {
  const kind = value.sample === undefined ? kindOfShape(value.shape) : kindOf(value.sample);
  const Icon = kindIcons[kind];
  const steps = value.path.split(/\.(?![^`]*`\.)/);
  const name = steps.at(-1) ?? value.path;
  const depth = steps.length - 1;
  const row = useRef<HTMLButtonElement>(null);
  return (
    <button
      ref={row}
      type="button"
      data-value-row
      disabled={!isEnabled}
      aria-label={`Insert ${value.path}`}
      // The formula box keeps the focus, and with it its cursor, when the mouse is used.
      onMouseDown={(event) => event.preventDefault()}
      onClick={() => onInsert(value.reference)}
      onKeyDown={(event) => {
        if (event.key !== "Tab" || event.shiftKey) return;
        event.preventDefault();
        onInsert(value.reference);
      }}
      className="flex h-7 w-full items-center gap-2 pr-3 text-left enabled:hover:bg-hover focus-visible:bg-hover focus-visible:-outline-offset-2"
      style={{ paddingInlineStart: 14 + depth * 16 }}
    >
      <Icon aria-hidden className="size-3.5 shrink-0 text-ink-3" />
      <span className="min-w-12 flex-1 truncate text-sm font-medium text-ink">
        {name.replaceAll("`", "")}
        {kind === "list" ? "[]" : ""}
      </span>
      <span
        className={cx(
          "max-w-32 truncate font-mono text-2xs",
          kind === "object" || kind === "list" ? "text-ink-3" : "text-ink-2",
        )}
      >
        {value.sample === undefined ? typeLabel(value) : summarize(value.sample)}
      </span>
    </button>
  );
}
