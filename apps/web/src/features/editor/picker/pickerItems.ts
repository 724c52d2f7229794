import type { Definition, ManifestCatalog, NodeId } from "@patchbay/core";
import type { PickerTarget } from "../canvas/canvasState.ts";
import { appColor } from "../canvas/nodeFace.ts";
import { indexDefinition } from "../store/definitionIndex.ts";

export interface PickerItem {
  /** `"http.request"` */
  type: string;
  typeVersion: number;
  label: string;
  description: string;
  icon: string;
  color: string;
  app: string;
  /** Everything that a search may match, lower case. */
  searchText: string;
}

export interface PickerGroup {
  app: string;
  description: string;
  items: PickerItem[];
}

/** What may be placed at `target`: triggers where the scenario has none yet, else actions; directives only in error routes. */
export function pickerGroups(catalog: ManifestCatalog, definition: Definition, target: PickerTarget): PickerGroup[] {
  const wantsTrigger = target.kind === "trigger";
  const mayEndRoute = target.kind === "after" && (target.output === "error" || isInErrorRoute(definition, target.from));
  const groups = catalog.manifests.flatMap((manifest) => {
    const kinds = wantsTrigger ? manifest.triggers : manifest.actions;
    const items = kinds
      .filter((kind) => mayEndRoute || !isDirective(kind))
      .map((kind): PickerItem => ({
        type: `${manifest.name}.${kind.name}`,
        typeVersion: kind.typeVersion,
        label: kind.label,
        description: kind.description,
        icon: kind.icon ?? manifest.icon,
        color: appColor(manifest),
        app: manifest.label,
        searchText: `${kind.label} ${manifest.label} ${kind.description}`.toLowerCase(),
      }));
    return items.length === 0
      ? []
      : [{ app: manifest.label, description: manifest.description, items: newestOnly(items) }];
  });
  const isDirectiveGroup = (group: PickerGroup) => Number(group.items.some((item) => item.type.startsWith("error.")));
  return mayEndRoute ? groups.sort((a, b) => isDirectiveGroup(b) - isDirectiveGroup(a)) : groups;
}

const directives: ReadonlySet<unknown> = new Set(["resume", "ignore", "break", "commit", "rollback"]);

function isDirective(kind: object): boolean {
  return "control" in kind && directives.has(kind.control);
}

function newestOnly(items: PickerItem[]): PickerItem[] {
  const newest = new Map<string, PickerItem>();
  for (const item of items) {
    const known = newest.get(item.type);
    if (!known || known.typeVersion < item.typeVersion) newest.set(item.type, item);
  }
  return [...newest.values()];
}

/** Whether an error edge lies on the way from the trigger to this node. */
export function isInErrorRoute(definition: Definition, id: NodeId): boolean {
  const { incoming } = indexDefinition(definition);
  const seen = new Set<NodeId>();
  for (let at: NodeId | undefined = id; at !== undefined && !seen.has(at);) {
    seen.add(at);
    const edge: { from: NodeId; kind: string } | undefined = incoming.get(at)?.[0];
    if (edge?.kind === "error") return true;
    at = edge?.from;
  }
  return false;
}

/** The groups with only the items that have every word of the search in them; best label matches first. */
export function searchGroups(groups: readonly PickerGroup[], search: string): PickerGroup[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [...groups];
  const score = (item: PickerItem) => (item.label.toLowerCase().startsWith(words[0]!) ? 0 : 1);
  return groups.flatMap((group) => {
    const items = group.items.filter((item) => words.every((word) => item.searchText.includes(word)));
    return items.length > 0 ? [{ ...group, items: items.sort((a, b) => score(a) - score(b)) }] : [];
  });
}
