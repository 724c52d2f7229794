import {
  diffDefinitions,
  summarizeDiff,
  type Definition,
  type DefinitionDiff,
  type DefinitionNode,
  type Edge,
  type FieldChange,
  type JsonValue,
} from "@patchbay/core";

export type ChangeKind = "added" | "removed" | "changed" | "moved";

/** One changed field as the table shows it. An absent side did not have it. */
export interface FieldRow {
  /** Unique within its group. */
  key: string;
  label: string;
  before: string | null;
  after: string | null;
}

/** What changed about one thing: a node, a connection, a note, the settings. */
export interface ChangeGroup {
  key: string;
  kind: ChangeKind;
  /** The node it is about, with the id and type for its disc. */
  node?: { id: number; type: string };
  title: string;
  rows: FieldRow[];
}

export interface Comparison {
  summary: { added: number; removed: number; changed: number; moved: number };
  groups: ChangeGroup[];
  diff: DefinitionDiff;
}

/** Names from the manifests, handed in so that comparing stays pure. */
export interface CompareWords {
  nodeName: (node: DefinitionNode) => string;
  /** `Make a request` */
  actionName: (node: DefinitionNode) => string;
  /** How a form calls a field of the config. */
  fieldTitle: (nodeType: string, field: string) => string;
}

/** The changes that lead from one definition to another, grouped by what they are about, for people. */
export function compareDefinitions(before: Definition, after: Definition, words: CompareWords): Comparison {
  const diff = diffDefinitions(before, after);
  const { added, removed, changed, moved } = summarizeDiff(diff);
  const nodes = new Map([...before.nodes, ...after.nodes].map((node) => [node.id, node]));
  const title = (id: number) => {
    const node = nodes.get(id);
    return node ? words.nodeName(node) : `Node ${id}`;
  };
  return {
    diff,
    summary: { added, removed, changed, moved },
    groups: [
      ...nodeGroups(diff, nodes, words),
      ...edgeGroups(diff, title),
      ...noteGroups(diff),
      ...(diff.settings.length > 0 ? [settingsGroup(diff.settings)] : []),
    ],
  };
}

function nodeGroups(
  diff: DefinitionDiff,
  nodes: ReadonlyMap<number, DefinitionNode>,
  words: CompareWords,
): ChangeGroup[] {
  const whole = (node: DefinitionNode, kind: "added" | "removed"): ChangeGroup => ({
    key: `node ${node.id} ${kind}`,
    kind,
    node: { id: node.id, type: node.type },
    title: words.nodeName(node),
    rows: [sideRow("Node", kind, words.actionName(node))],
  });
  const changed = diff.nodes.changed.flatMap(({ id, fields, layoutOnly }): ChangeGroup[] => {
    const node = nodes.get(id);
    if (!node) return [];
    return [
      {
        key: `node ${id}`,
        kind: layoutOnly ? "moved" : "changed",
        node: { id, type: node.type },
        title: words.nodeName(node),
        rows: fieldRows(fields, (field) => words.fieldTitle(node.type, field)),
      },
    ];
  });
  const order: Record<ChangeKind, number> = { changed: 0, added: 1, removed: 2, moved: 3 };
  return [
    ...changed,
    ...diff.nodes.added.map((node) => whole(node, "added")),
    ...diff.nodes.removed.map((node) => whole(node, "removed")),
  ].toSorted((a, b) => order[a.kind] - order[b.kind]);
}

function edgeGroups(diff: DefinitionDiff, title: (id: number) => string): ChangeGroup[] {
  const name = ({ from, to, kind }: Pick<Edge, "from" | "to" | "kind">) =>
    `${title(from)} ${kind === "error" ? "⇢" : "→"} ${title(to)}`;
  const whole = (edge: Edge, kind: "added" | "removed"): ChangeGroup => ({
    key: `edge ${edge.from} ${edge.kind} ${edge.to} ${kind}`,
    kind,
    title: name(edge),
    rows: [sideRow("Connection", kind, edge.filter?.label || (edge.kind === "error" ? "error route" : "connected"))],
  });
  return [
    ...diff.edges.changed.map(({ edge, fields }): ChangeGroup => ({
      key: `edge ${edge.from} ${edge.kind} ${edge.to}`,
      kind: "changed",
      title: name(edge),
      rows: fieldRows(fields),
    })),
    ...diff.edges.added.map((edge) => whole(edge, "added")),
    ...diff.edges.removed.map((edge) => whole(edge, "removed")),
  ];
}

function noteGroups(diff: DefinitionDiff): ChangeGroup[] {
  const group = (id: string, kind: ChangeKind, rows: FieldRow[]): ChangeGroup => ({
    key: `note ${id} ${kind}`,
    kind,
    title: "Note",
    rows,
  });
  return [
    ...diff.notes.changed.map(({ id, fields, layoutOnly }) =>
      group(id, layoutOnly ? "moved" : "changed", fieldRows(fields)),
    ),
    ...diff.notes.added.map((note) => group(note.id, "added", [sideRow("Text", "added", note.text)])),
    ...diff.notes.removed.map((note) => group(note.id, "removed", [sideRow("Text", "removed", note.text)])),
  ];
}

const settingsGroup = (fields: FieldChange[]): ChangeGroup => ({
  key: "settings",
  kind: "changed",
  title: "Scenario settings",
  rows: fieldRows(fields),
});

const sideRow = (label: string, kind: "added" | "removed", text: string): FieldRow => ({
  key: label,
  label,
  before: kind === "removed" ? text : null,
  after: kind === "added" ? text : null,
});

/** A move is one row, not one for each coordinate; all else is a row per changed value. */
function fieldRows(fields: readonly FieldChange[], titleOf: (field: string) => string = (field) => field): FieldRow[] {
  const isPosition = ({ path }: FieldChange) => path[0] === "position";
  const rows = fields
    .filter((field) => !isPosition(field))
    .map(({ path, before, after }) => ({
      key: JSON.stringify(path),
      label: labelOf(path, titleOf),
      before: showValue(before),
      after: showValue(after),
    }));
  const moves = fields.filter(isPosition);
  if (moves.length === 0) return rows;
  return [
    ...rows,
    { key: "position", label: "Position", before: showMove(moves, "before"), after: showMove(moves, "after") },
  ];
}

function showMove(moves: readonly FieldChange[], side: "before" | "after"): string {
  const parts = moves.map(({ path, [side]: value }) => {
    if (path.length === 1 && value !== null && typeof value === "object" && !Array.isArray(value)) {
      return `x ${round(value.x)}, y ${round(value.y)}`;
    }
    return `${String(path[1])} ${round(value)}`;
  });
  return parts.join(", ");
}

const round = (value: JsonValue | undefined) => (typeof value === "number" ? String(Math.round(value)) : "?");

const sectionLabels: Record<string, string> = {
  name: "Name",
  note: "Note",
  text: "Text",
  size: "Size",
  disabled: "Disabled",
  connectionId: "Connection",
  typeVersion: "Type version",
  type: "Type",
  filter: "Filter",
  fallback: "Fallback",
  order: "Order",
  errorHandling: "Error handling",
};

/** `["config", "headers", 0, "value"]` is `Headers[1].value`; items count from 1, as in mappings. */
export function labelOf(
  path: readonly (string | number)[],
  titleOf: (field: string) => string = (field) => field,
): string {
  const [first, ...rest] = path;
  const [field, ...inner] = rest;
  const parts =
    first === "config"
      ? [titleOf(String(field ?? "")), ...inner]
      : [sectionLabels[String(first)] ?? String(first ?? ""), ...rest];
  return parts.reduce<string>(
    (text, part) => (typeof part === "number" ? `${text}[${part + 1}]` : text === "" ? part : `${text}.${part}`),
    "",
  );
}

/** Texts bare, all else as JSON; null where there is no value. */
export function showValue(value: JsonValue | undefined): string | null {
  if (value === undefined) return null;
  if (typeof value === "string") return value === "" ? "(empty)" : value;
  return JSON.stringify(value);
}
