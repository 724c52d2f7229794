/** Any JSON value; structural, so that this package knows nothing of ours. */
export type JsonLike = null | boolean | number | string | readonly JsonLike[] | { readonly [key: string]: JsonLike };

export type JsonKind = "object" | "list" | "text" | "number" | "boolean" | "null" | "date" | "url";

export interface JsonRow {
  /** Unique among the rows: the path's text, or the path plus `…` for a row that stands for what was cut. */
  id: string;
  path: readonly (string | number)[];
  /** Shown name: the key, or the item's number from 1. */
  name: string;
  depth: number;
  kind: JsonKind;
  value: JsonLike;
  /** What to show beside the name. */
  summary: string;
  /** Undefined where there is nothing inside. */
  expanded?: boolean;
  /** Set on the row that offers the rest of a long object or list: how many are not shown. */
  hiddenCount?: number;
}

export interface JsonRowOptions {
  /** Ids whose state differs from the default. */
  toggled: ReadonlySet<string>;
  /** Containers above this depth start open. */
  openDepth: number;
  /** Ids of containers that start closed whatever their depth. */
  closed?: ReadonlySet<string>;
  /** Children shown of one container, per id; `pageSize` where absent. */
  limits: ReadonlyMap<string, number>;
  pageSize: number;
}

const dateLike = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/;
const plainName = /^[A-Za-z_][A-Za-z0-9_]*$/;

export function kindOf(value: JsonLike): JsonKind {
  if (value === null) return "null";
  if (Array.isArray(value)) return "list";
  if (typeof value === "object") return "object";
  if (typeof value === "number") return "number";
  if (typeof value === "boolean") return "boolean";
  if (dateLike.test(value)) return "date";
  return /^https?:\/\//.test(value) ? "url" : "text";
}

/**
 * A path as mappings write it: `body.items[1].title` (items count from 1), odd names in backticks.
 * @param path keys and zero-based indexes
 */
export function formatPath(path: readonly (string | number)[], root = ""): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === "number") return `${text}[${part + 1}]`;
    const name = plainName.test(part) ? part : `\`${part.replaceAll("`", "\\`")}\``;
    return text === "" ? name : `${text}.${name}`;
  }, root);
}

const plural = (count: number, one: string, many: string) => `${count} ${count === 1 ? one : many}`;

/** `3 items`, `object, 4 keys`, `empty text`, or the value itself. */
export function summarize(value: JsonLike): string {
  if (Array.isArray(value)) return value.length === 0 ? "empty list" : plural(value.length, "item", "items");
  if (value !== null && typeof value === "object") {
    const count = Object.keys(value).length;
    return count === 0 ? "empty object" : `object, ${plural(count, "key", "keys")}`;
  }
  return value === "" ? "empty text" : String(value);
}

const childrenOf = (value: JsonLike): readonly (readonly [string | number, JsonLike])[] => {
  if (Array.isArray(value)) return value.map((item: JsonLike, index) => [index, item] as const);
  return value !== null && typeof value === "object" ? Object.entries(value) : [];
};

/** A path's identity: its JSON, since names may hold any character. */
export const rowId = (path: readonly (string | number)[]): string => JSON.stringify(path);

/** The visible rows of a value, in order. A plain value gives one row without a name. */
export function jsonRows(value: JsonLike, options: JsonRowOptions): JsonRow[] {
  const rows: JsonRow[] = [];
  const isContainer = value !== null && typeof value === "object";
  if (!isContainer || childrenOf(value).length === 0) {
    return [{ id: rowId([]), path: [], name: "", depth: 0, kind: kindOf(value), value, summary: summarize(value) }];
  }
  addChildren(rows, value, [], options);
  return rows;
}

function addChildren(rows: JsonRow[], value: JsonLike, path: readonly (string | number)[], options: JsonRowOptions) {
  const children = childrenOf(value);
  const id = rowId(path);
  const limit = options.limits.get(id) ?? options.pageSize;
  for (const [key, child] of children.slice(0, limit)) addRow(rows, child, [...path, key], options);
  if (children.length > limit) {
    const hiddenCount = children.length - limit;
    rows.push({
      id: `${id}…`,
      path,
      name: "",
      depth: path.length,
      kind: "list",
      value: null,
      summary: `${hiddenCount} more`,
      hiddenCount,
    });
  }
}

function addRow(rows: JsonRow[], value: JsonLike, path: readonly (string | number)[], options: JsonRowOptions) {
  const key = path.at(-1)!;
  const id = rowId(path);
  const row: JsonRow = {
    id,
    path,
    name: typeof key === "number" ? String(key + 1) : key,
    depth: path.length - 1,
    kind: kindOf(value),
    value,
    summary: summarize(value),
  };
  rows.push(row);
  if (childrenOf(value).length === 0) return;
  const startsOpen = path.length <= options.openDepth && !options.closed?.has(id);
  row.expanded = startsOpen !== options.toggled.has(id);
  if (row.expanded) addChildren(rows, value, path, options);
}

/** A value as text for the clipboard: texts bare, all else as indented JSON. */
export function copyText(value: JsonLike): string {
  return typeof value === "string" ? value : JSON.stringify(value, null, 2);
}
