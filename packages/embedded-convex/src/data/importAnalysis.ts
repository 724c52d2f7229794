import { type Manifest } from "../deploy/manifest.ts";
import { decodeId } from "../values/ids.ts";
import { type ConvexJson, type ConvexJsonObject, isJsonObject } from "../values/json.ts";
import { documentProblem } from "../values/limits.ts";
import type { ImportSource, SourceTable } from "./importSource.ts";
import { ImportError } from "./lineReader.ts";
import type { SnapshotReader } from "./snapshotReader.ts";

export type ImportMode = "requireEmpty" | "append" | "replace" | "replaceAll";

/** What an import will do to one table. */
export interface TablePlan {
  component: string;
  name: string;
  num: number | null;
  /** Rows to be written. */
  added: number;
  /** Rows that are there now. */
  existing: number;
  /** Into the table as it is, or into a new one that takes its place. */
  way: "append" | "replace";
  needsCreationIndex: boolean;
}

/** An import as it was understood, to be confirmed and then carried out. */
export interface ImportPlan {
  tables: TablePlan[];
  /** Tables that will be gone. */
  drops: { component: string; name: string }[];
  /** For the person who imports. */
  message: string;
  /** Something is deleted. */
  needsConfirmation: boolean;
}

const TABLE_NAME = /^[A-Za-z][A-Za-z0-9_]*$/;

/**
 * Reads the whole import, and says what it would do.
 *
 * @throws ImportError if it cannot be imported as it is.
 */
export async function analyzeImport(
  source: ImportSource,
  mode: ImportMode,
  reader: SnapshotReader,
): Promise<ImportPlan> {
  const present = new Map(reader.tables().map((table) => [keyOf(table), table]));
  const tables: TablePlan[] = [];
  for (const table of source.tables) {
    if (table.name !== "_storage" && !TABLE_NAME.test(table.name)) {
      throw new ImportError(`"${table.name}" isn't a valid table name`);
    }
    const old = present.get(keyOf(table));
    const existing = old === undefined ? 0 : reader.count(old);
    if (mode === "requireEmpty" && existing > 0) {
      throw new ImportError(
        `Table ${table.name} already exists. Please choose a new table name or use replace/append modes.`,
      );
    }
    const { rows, num, needsCreationIndex } = await readTable(table);
    const way = mode === "append" && existing > 0 ? "append" : "replace";
    const { component, name } = table;
    tables.push({ component, name, num: table.num ?? num, added: rows, existing, way, needsCreationIndex });
  }
  const others =
    mode === "replaceAll"
      ? [...present.values()].filter(
          ({ component, name }) =>
            !name.startsWith("_") && !tables.some((table) => table.component === component && table.name === name),
        )
      : [];
  const manifest = reader.manifest();
  const drops = others.filter((table) => !isInSchema(manifest, table.component, table.name));
  for (const other of others) {
    const { component, name, num } = other;
    const existing = reader.count(other);
    tables.push({ component, name, num, added: 0, existing, way: "replace", needsCreationIndex: false });
  }
  const deleted = (table: TablePlan): number => (table.way === "replace" ? table.existing : 0);
  return {
    tables: tables.filter((table) => !drops.some((drop) => keyOf(drop) === keyOf(table))),
    drops: drops.map(({ component, name }) => ({ component, name })),
    message: summary(tables, deleted),
    needsConfirmation: tables.some((table) => deleted(table) > 0),
  };
}

/** A row as a document. @throws ImportError if it is not one. */
export function checkRow(table: string, number: number, row: ConvexJson): ConvexJsonObject {
  const problem = isJsonObject(row) ? documentProblem(row) : `Row ${number} wasn't an object`;
  if (problem !== null || !isJsonObject(row)) {
    throw new ImportError(`Row ${number} of table "${table}" wasn't a valid Convex value: ${problem}`);
  }
  const { _id, _creationTime } = row;
  if (_id !== undefined && (typeof _id !== "string" || decodeId(_id) === null)) {
    throw new ImportError(`Row ${number} of table "${table}" has an invalid _id: ${JSON.stringify(_id)}`);
  }
  if (_creationTime !== undefined && (typeof _creationTime !== "number" || _creationTime < 0)) {
    throw new ImportError(`Row ${number} of table "${table}" has an invalid _creationTime`);
  }
  return row;
}

async function readTable(
  table: SourceTable,
): Promise<{ rows: number; num: number | null; needsCreationIndex: boolean }> {
  let rows = 0;
  let num: number | null = table.num;
  let needsCreationIndex = false;
  for await (const row of table.rows()) {
    rows++;
    const { _id, _creationTime } = checkRow(table.name, rows, row);
    if (_id === undefined) continue;
    const { tableNumber, internal } = decodeId(_id as string)!;
    num ??= tableNumber;
    if (tableNumber !== num) {
      throw new ImportError(
        `Row ${rows} of table "${table.name}" has an _id with the table number ${tableNumber}, the table has ${num}`,
      );
    }
    if (Buffer.from(internal).readDoubleBE(0) !== _creationTime) needsCreationIndex = true;
  }
  return { rows, num, needsCreationIndex };
}

function summary(tables: readonly TablePlan[], deleted: (table: TablePlan) => number): string {
  const lines: string[] = [];
  for (const component of [...new Set(tables.map((table) => table.component))].sort()) {
    if (component !== "") lines.push(`Component ${component}`);
    const cells = tables
      .filter((table) => table.component === component)
      .sort((left, right) => (left.name < right.name ? -1 : 1))
      .map((table) => [
        table.name,
        table.added.toLocaleString("en"),
        `${deleted(table).toLocaleString("en")} of ${table.existing.toLocaleString("en")}${table.name === "_storage" ? " files" : ""}`,
      ]);
    const all = [["table", "create", "delete"], ...cells];
    const widths = [0, 1, 2].map((column) => Math.max(...all.map((row) => row[column]!.length)));
    const rendered = all.map((row) => `${row.map((cell, column) => cell.padEnd(widths[column]!)).join(" | ")} |`);
    lines.push(rendered[0]!, "-".repeat(rendered[0]!.length), ...rendered.slice(1));
  }
  const heading = lines.length > 0 ? ["Import change summary:"] : [];
  return [
    ...heading,
    ...lines,
    "Once the import has started, it will run in the background.",
    "Interrupting `npx convex import` will not cancel it.",
  ].join("\n");
}

function isInSchema(manifest: Manifest, component: string, name: string): boolean {
  const schema = manifest.components.find(({ path }) => path === component)?.schema;
  return schema?.tables.some(({ tableName }) => tableName === name) === true;
}

function keyOf({ component, name }: { component: string; name: string }): string {
  return `${component}\n${name}`;
}
