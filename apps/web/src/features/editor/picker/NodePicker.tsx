import { AppIcon, Dialog, Kbd } from "@patchbay/ui";
import { Command } from "cmdk";
import { Search } from "lucide-react";
import { useMemo, useState } from "react";
import type { PickerTarget } from "../canvas/canvasState.ts";
import { useEditor, useEditorServices } from "../EditorContext.tsx";
import { pickerGroups, searchGroups } from "./pickerItems.ts";
import type { PickerItem } from "./pickerItems.ts";

export interface NodePickerProps {
  target: PickerTarget;
  onPick: (item: PickerItem) => void;
  onClose: () => void;
}

/** Search over the apps' triggers or actions. Arrow keys move, Enter picks, Escape closes. */
export function NodePicker({ target, onPick, onClose }: NodePickerProps) {
  const { catalog } = useEditorServices();
  const definition = useEditor((state) => state.definition);
  const [search, setSearch] = useState("");
  const all = useMemo(() => pickerGroups(catalog, definition, target), [catalog, definition, target]);
  const groups = searchGroups(all, search);
  const isTrigger = target.kind === "trigger";
  return (
    <Dialog
      open
      onOpenChange={(isOpen) => !isOpen && onClose()}
      title={isTrigger ? "What starts this scenario?" : "Add a node"}
      description={isTrigger ? "Every run begins at its trigger." : "Pick what happens next."}
      footer={<PickerHelp />}
    >
      <Command shouldFilter={false} loop label={isTrigger ? "Triggers" : "Apps and actions"}>
        <div className="relative mb-2">
          <Search aria-hidden className="pointer-events-none absolute top-2.5 left-2.5 size-4 text-ink-2" />
          <Command.Input
            autoFocus
            value={search}
            onValueChange={setSearch}
            placeholder={isTrigger ? "Search triggers" : "Search apps and actions"}
            className="h-9 w-full rounded-control border border-control bg-surface pr-3 pl-8 text-sm text-ink outline-none placeholder:text-ink-3 focus-visible:border-signal focus-visible:outline-1 focus-visible:outline-signal"
          />
        </div>
        <Command.List className="max-h-[46vh] overflow-y-auto" label="Results">
          <Command.Empty className="px-2 py-8 text-center text-sm text-ink-2">
            Nothing is called “{search}”. Try the name of an app, or what it should do.
          </Command.Empty>
          {groups.map((group) => (
            <Command.Group
              key={group.app}
              heading={group.app}
              className="[&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:pt-3 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:font-medium [&_[cmdk-group-heading]]:text-ink-3"
            >
              {group.items.map((item) => (
                <PickerRow key={item.type} item={item} onPick={() => onPick(item)} />
              ))}
            </Command.Group>
          ))}
        </Command.List>
      </Command>
    </Dialog>
  );
}

function PickerRow({ item, onPick }: { item: PickerItem; onPick: () => void }) {
  return (
    <Command.Item
      value={item.type}
      onSelect={onPick}
      className="flex items-center gap-3 rounded-control px-2 py-2 data-[selected=true]:bg-hover"
    >
      <AppIcon icon={item.icon} color={item.color} size={32} />
      <span className="min-w-0 flex-1">
        <span className="block text-sm font-medium text-ink">{item.label}</span>
        <span className="block truncate text-xs text-ink-2" title={item.description}>
          {item.description}
        </span>
      </span>
    </Command.Item>
  );
}

function PickerHelp() {
  return (
    <span className="mr-auto flex items-center gap-1.5 text-xs text-ink-3">
      <Kbd>↑</Kbd>
      <Kbd>↓</Kbd> choose
      <span className="ml-2" />
      <Kbd>Enter</Kbd> add
      <span className="ml-2" />
      <Kbd>Esc</Kbd> close
    </span>
  );
}
