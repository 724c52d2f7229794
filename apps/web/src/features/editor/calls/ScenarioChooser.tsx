import { Button, cx, fieldClasses, Popover, PopoverContent, PopoverTrigger, SearchField } from "@patchbay/ui";
import type { JsonValue } from "@patchbay/core";
import { Check, ChevronsUpDown, SquareArrowOutUpRight } from "lucide-react";
import Link from "next/link";
import { useDeferredValue, useRef, useState } from "react";
import { useEditor, useEditorServices } from "../EditorContext.tsx";
import { scenarioPath } from "./called.ts";

export interface ScenarioChooserProps {
  id: string;
  label: string;
  value: JsonValue | undefined;
  isInvalid: boolean;
  onChange: (value: JsonValue | undefined) => void;
}

/** Chooses a scenario of the organization to call, by its name, and leads to it. */
export function ScenarioChooser({ id, label, value, isInvalid, onChange }: ScenarioChooserProps) {
  const [isOpen, setOpen] = useState(false);
  const scenarioId = typeof value === "string" ? value : "";
  const callables = useEditor((state) => state.callables);
  const name = callables?.get(scenarioId)?.name;
  const shown = scenarioId === "" ? "Choose a scenario" : (name ?? (callables ? "Not there any more" : "Loading"));
  return (
    <div className="flex gap-2">
      <Popover open={isOpen} onOpenChange={setOpen}>
        <PopoverTrigger asChild>
          <button
            id={id}
            type="button"
            aria-label={`${label}: ${shown}`}
            aria-invalid={isInvalid}
            aria-describedby={`${id}-note`}
            className={cx(fieldClasses, "flex h-8 min-w-0 flex-1 items-center gap-2 px-2.5 text-left")}
          >
            <span className={cx("truncate", name === undefined && "text-ink-3")}>{shown}</span>
            <ChevronsUpDown aria-hidden className="ml-auto size-3.5 shrink-0 text-ink-3" />
          </button>
        </PopoverTrigger>
        <PopoverContent align="start" aria-label="Scenarios that can be called" className="w-84">
          <Choices
            chosen={scenarioId}
            onChoose={(choice) => {
              onChange(choice);
              setOpen(false);
            }}
          />
        </PopoverContent>
      </Popover>
      {name === undefined ? null : (
        <Button asChild>
          <Link href={scenarioPath(scenarioId)} target="_blank" aria-label={`Open “${name}” in a new tab`}>
            <SquareArrowOutUpRight aria-hidden />
            Open
          </Link>
        </Button>
      )}
    </div>
  );
}

function Choices({ chosen, onChoose }: { chosen: string; onChoose: (scenarioId: string) => void }) {
  const { backend } = useEditorServices();
  const [search, setSearch] = useState("");
  const choices = backend.useCallableChoices(useDeferredValue(search));
  const list = useRef<HTMLUListElement>(null);
  const focusFirst = () => list.current?.querySelector("button")?.focus();
  return (
    <div className="flex flex-col">
      <div className="border-b border-line p-2">
        <SearchField
          value={search}
          onValueChange={setSearch}
          label="Search scenarios"
          autoFocus
          onArrowDown={focusFirst}
        />
      </div>
      <ul ref={list} aria-label="Scenarios" className="max-h-64 overflow-y-auto p-1">
        {(choices ?? []).map((choice) => (
          <li key={choice.id}>
            <button
              type="button"
              aria-current={choice.id === chosen}
              onClick={() => onChoose(choice.id)}
              className="flex w-full items-center gap-2 rounded-control px-2.5 py-1.5 text-left hover:bg-hover focus-visible:bg-hover"
            >
              <span className="min-w-0 flex-1">
                <span className="block truncate text-sm font-medium text-ink">{choice.name}</span>
                {choice.description === "" ? null : (
                  <span className="block truncate text-xs text-ink-2">{choice.description}</span>
                )}
              </span>
              {choice.enabled ? null : <span className="text-xs text-ink-3">Off</span>}
              {choice.id === chosen ? <Check aria-hidden className="size-4 text-ink-2" /> : null}
            </button>
          </li>
        ))}
      </ul>
      {choices?.length === 0 ? (
        <p className="px-4 pt-1 pb-4 text-sm text-ink-2">
          {search === ""
            ? "No published scenario begins with “When called” yet. Give one that trigger and publish it."
            : "No callable scenario has this name."}
        </p>
      ) : null}
    </div>
  );
}
