import { Button, Dialog } from "@patchbay/ui";
import { mergeDefinitions, resolveConflict } from "@patchbay/core";
import type { JsonValue, MergeConflict } from "@patchbay/core";
import { useMemo, useState } from "react";
import { useEditor, useEditorServices } from "../EditorContext.tsx";
import { nodeTitle } from "../canvas/nodeFace.ts";
import { indexDefinition } from "../store/definitionIndex.ts";
import type { DraftConflict } from "./draftSaver.ts";

type FieldConflict = Extract<MergeConflict, { kind: "field" }>;

export interface ConflictDialogProps {
  conflict: DraftConflict;
  onClose: () => void;
}

/** Two people changed the same thing: asks field by field which value stands. All else is merged already. */
export function ConflictDialog({ conflict, onClose }: ConflictDialogProps) {
  const { saver, store } = useEditorServices();
  const highWaterMark = useEditor((state) => state.highWaterMark);
  const merged = useMemo(
    () => mergeDefinitions(conflict.base, conflict.ours, conflict.theirs, { highestId: highWaterMark }),
    [conflict, highWaterMark],
  );
  const fields = merged.conflicts.filter((each): each is FieldConflict => each.kind === "field");
  const others = merged.conflicts.filter((each) => each.kind !== "field");
  const [choices, setChoices] = useState<ReadonlyMap<number, "ours" | "theirs">>(new Map());
  const author = conflict.head.updatedBy?.name ?? "someone else";
  const keep = () => {
    const definition = fields.reduce(
      (current, each, place) => resolveConflict(current, each, choices.get(place) ?? "ours"),
      merged.definition,
    );
    saver.resolve(definition);
    store.getState().setPanel({ kind: "none" });
    onClose();
  };
  return (
    <Dialog
      open
      onOpenChange={(isOpen) => !isOpen && onClose()}
      width="lg"
      title="The same things were changed by two people"
      description={`You and ${author} edited this draft at the same time. Everything else is merged; choose what stands here. Nothing of yours is lost until you do.`}
      onSubmit={keep}
      footer={
        <>
          <Button onClick={onClose}>Decide later</Button>
          <Button type="submit" variant="primary">
            Keep these choices
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {fields.map((each, place) => (
          <FieldChoice
            key={place}
            conflict={each}
            author={author}
            choice={choices.get(place) ?? "ours"}
            onChoose={(choice) => setChoices(new Map(choices).set(place, choice))}
          />
        ))}
        {others.length > 0 ? (
          <ul className="flex list-disc flex-col gap-1 pl-5 text-sm text-ink-2">
            {others.map((each, place) => (
              <li key={place}>{describe(each, author)}</li>
            ))}
          </ul>
        ) : null}
      </div>
    </Dialog>
  );
}

interface FieldChoiceProps {
  conflict: FieldConflict;
  author: string;
  choice: "ours" | "theirs";
  onChoose: (choice: "ours" | "theirs") => void;
}

function FieldChoice({ conflict, author, choice, onChoose }: FieldChoiceProps) {
  const catalog = useEditor((state) => state.catalog);
  const definition = useEditor((state) => state.definition);
  const { target } = conflict;
  const node = target.kind === "node" ? indexDefinition(definition).nodes.get(target.id) : undefined;
  const place = node
    ? `${node.id} ${nodeTitle(catalog, node)}`
    : target.kind === "edge"
      ? `Cable ${target.from} to ${target.to}`
      : target.kind;
  const name = `${place}: ${conflict.path.join(" › ")}`;
  return (
    <fieldset className="rounded-control border border-line-2">
      <legend className="ml-2 px-1 text-sm font-medium text-ink">{name}</legend>
      <div className="grid grid-cols-2 divide-x divide-line">
        {(["ours", "theirs"] as const).map((side) => (
          <label key={side} className="flex min-w-0 cursor-pointer gap-2 p-3 has-checked:bg-signal-tint">
            <input
              type="radio"
              name={name}
              checked={choice === side}
              onChange={() => onChoose(side)}
              className="mt-1 accent-signal"
            />
            <span className="min-w-0">
              <span className="block text-xs text-ink-2">{side === "ours" ? "Yours" : `By ${author}`}</span>
              <code className="block font-mono text-xs break-all whitespace-pre-wrap text-ink">
                {textOf(conflict[side])}
              </code>
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

function textOf(value: JsonValue | undefined): string {
  if (value === undefined) return "nothing";
  const text = typeof value === "string" ? value : JSON.stringify(value, null, 2);
  return text.length > 400 ? `${text.slice(0, 400)}…` : text;
}

function describe(conflict: Exclude<MergeConflict, FieldConflict>, author: string): string {
  switch (conflict.kind) {
    case "removed": {
      const what = conflict.target.kind === "node" ? `Node ${conflict.target.id}` : `A ${conflict.target.kind}`;
      return conflict.removedBy === "ours"
        ? `${what}, which you removed, was changed by ${author}. It is kept.`
        : `${what}, which you changed, was removed by ${author}. It is kept.`;
    }
    case "lostEnd":
      return `The cable from ${conflict.edge.from} to ${conflict.edge.to} lost an end and is taken away.`;
    case "secondEntry":
      return `Node ${conflict.nodeId} has two inputs now. Remove one of its cables.`;
  }
}
