import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import type { Readable } from "node:stream";
import { parse as parseCsv } from "csv-parse";
import yauzl from "yauzl";
import type { ConvexJson, ConvexJsonObject } from "../values/json.ts";
import { parseEntryName } from "./archivePaths.ts";
import { fromExportLine, fromPlainJson } from "./exportedValues.ts";
import { fromLegacyExport, type LegacySchema, parseShape } from "./legacyExport.ts";
import { ImportError, readLines } from "./lineReader.ts";

export type ImportFormat = "csv" | "jsonLines" | "jsonArray" | "zip";

/** The rows of one table in an import, in their order; can be read repeatedly. */
export interface SourceTable {
  component: string;
  name: string;
  /** The number that its ids begin with, if the archive says so. */
  num: number | null;
  rows(): AsyncIterable<ConvexJson>;
}

/** A stored file in an import. */
export interface SourceFile {
  component: string;
  storageId: string;
  open(): Promise<Readable>;
}

/** An uploaded file, taken apart. */
export interface ImportSource {
  /** Tables with rows, and tables that the archive only names; `_storage` among them. */
  tables: SourceTable[];
  files: SourceFile[];
  close(): void;
}

const MAX_ARRAY_BYTES = 16 * 1024 * 1024;
/** Names of components, the app itself being "". */
const COMPONENT_PATH = /^([A-Za-z_][A-Za-z0-9_]*(\/[A-Za-z_][A-Za-z0-9_]*)*)?$/;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** Opens an uploaded file. @throws ImportError if it is not what its format says. */
export async function openImport(upload: {
  file: string;
  format: ImportFormat;
  /** For all formats but zip. */
  table: string | null;
  component: string;
}): Promise<ImportSource> {
  const { file, format, component } = upload;
  if (format === "zip") return openArchive(file, component);
  const rows = { csv: csvRows, jsonLines: jsonRows, jsonArray: arrayRows }[format];
  const table: SourceTable = { component, name: upload.table ?? "", num: null, rows: () => rows(file) };
  return { tables: [table], files: [], close: () => undefined };
}

function jsonRows(file: string): AsyncIterable<ConvexJson> {
  return parseLines(createReadStream(file), plainLine);
}

async function* parseLines(
  source: AsyncIterable<Uint8Array>,
  parse: (line: string) => ConvexJson,
): AsyncGenerator<ConvexJson> {
  let number = 0;
  for await (const line of readLines(source)) {
    number++;
    if (line.trim() === "") continue;
    let row: ConvexJson;
    try {
      row = parse(line);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (error instanceof SyntaxError) throw new ImportError(`Row ${number} wasn't valid JSON: ${reason}`);
      throw new ImportError(`Row ${number} wasn't a valid Convex value: ${reason}`);
    }
    yield row;
  }
}

async function* arrayRows(file: string): AsyncGenerator<ConvexJson> {
  const { size } = await stat(file);
  if (size > MAX_ARRAY_BYTES) {
    throw new ImportError(
      `Import is too large for JSON (${size} bytes > maximum 16 MiB). Consider converting data to JSONLines`,
    );
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(await readFile(file, "utf8"));
  } catch (error) {
    throw new ImportError(`Not valid JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (!Array.isArray(parsed)) throw new ImportError("Not a JSON array");
  for (const [index, row] of (parsed as ConvexJson[]).entries()) {
    try {
      yield fromPlainJson(row);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new ImportError(`Row ${index + 1} wasn't a valid Convex value: ${reason}`);
    }
  }
}

/** Cells are numbers or texts, as in Convex's own import. */
async function* csvRows(file: string): AsyncGenerator<ConvexJson> {
  const parser = createReadStream(file).pipe(parseCsv({ bom: true, relax_column_count: true, skip_empty_lines: true }));
  let fields: string[] | null = null;
  let number = 0;
  try {
    for await (const cells of parser as AsyncIterable<string[]>) {
      if (fields === null) {
        fields = cells.map((cell) => cell.trim());
        continue;
      }
      number++;
      if (cells.length !== fields.length) {
        throw new ImportError(`CSV row ${number} doesn't have all of the fields in the header`);
      }
      yield Object.fromEntries(fields.map((field, index) => [field, parseCell(cells[index]!)]));
    }
  } catch (error) {
    if (error instanceof ImportError) throw error;
    throw new ImportError(
      `Failed to parse CSV row ${number + 1}: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  if (fields === null) throw new ImportError("CSV file doesn't have headers");
}

function parseCell(cell: string): ConvexJson {
  return NUMBER.test(cell) ? fromPlainJson(Number(cell)) : cell;
}

async function openArchive(file: string, base: string): Promise<ImportSource> {
  const archive = await yauzl.openPromise(file, { autoClose: false, lazyEntries: true }).catch((error: Error) => {
    throw new ImportError(`invalid zip file: ${error.message}`);
  });
  const open = (entry: yauzl.Entry): Promise<Readable> => archive.openReadStreamPromise(entry);
  const documents = new Map<string, { component: string; name: string; entry: yauzl.Entry }>();
  const schemas = new Map<string, yauzl.Entry>();
  const files: SourceFile[] = [];
  for await (const entry of archive.eachEntry()) {
    const parsed = parseEntryName(entry.fileName, base);
    if (parsed !== null && !COMPONENT_PATH.test(parsed.component)) {
      throw new ImportError(`${entry.fileName} does not name a valid component`);
    }
    if (parsed?.kind === "file") {
      files.push({ component: parsed.component, storageId: parsed.storageId, open: () => open(entry) });
    } else if (parsed !== null) {
      const key = `${parsed.component}\n${parsed.table}`;
      if (parsed.kind === "schema") schemas.set(key, entry);
      else documents.set(key, { component: parsed.component, name: parsed.table, entry });
    }
  }
  const tables = new Map<string, SourceTable>();
  for (const { component, name, entry } of documents.values()) {
    if (name === "_tables") await addListed(tables, component, await open(entry));
  }
  for (const [key, { component, name, entry }] of documents) {
    if (name.startsWith("_") && name !== "_storage") continue;
    const schema = schemas.get(key);
    const parse = schema === undefined ? plainLine : await lineParser(schema.fileName, await open(schema));
    const rows = async function* (): AsyncGenerator<ConvexJson> {
      yield* parseLines((await open(entry)) as AsyncIterable<Uint8Array>, parse);
    };
    tables.set(key, { component, name, num: tables.get(key)?.num ?? null, rows });
  }
  return { tables: [...tables.values()], files, close: () => archive.close() };
}

/** Tables without a file of their own are empty. */
async function addListed(tables: Map<string, SourceTable>, component: string, stream: Readable): Promise<void> {
  for await (const row of parseLines(stream as AsyncIterable<Uint8Array>, (line) => JSON.parse(line) as ConvexJson)) {
    const { name, id } = row as { name?: unknown; id?: unknown };
    if (typeof name !== "string" || typeof id !== "number")
      throw new ImportError("_tables has a row without name and id");
    tables.set(`${component}\n${name}`, { component, name, num: id, rows: noRows });
  }
}

async function* noRows(): AsyncGenerator<ConvexJson> {}

/** How the lines of a table's documents are to be read. @throws ImportError if the schema makes no sense. */
async function lineParser(name: string, stream: Readable): Promise<(line: string) => ConvexJson> {
  let shape: unknown = null;
  const contexts: LegacySchema["contexts"] = new Map();
  try {
    for await (const line of readLines(stream as AsyncIterable<Uint8Array>)) {
      if (line.trim() === "") continue;
      const parsed = JSON.parse(line) as ConvexJson;
      if (shape === null) shape = parsed;
      else for (const [id, context] of Object.entries(parsed as ConvexJsonObject)) contexts.set(id, context);
    }
    if (shape === "uniform") return fromExportLine;
    const schema = { shape: parseShape(String(shape)), contexts };
    return (line) => fromLegacyExport(JSON.parse(line) as ConvexJson, schema);
  } catch (error) {
    throw new ImportError(`cannot parse ${name}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function plainLine(line: string): ConvexJson {
  return fromPlainJson(JSON.parse(line) as ConvexJson);
}
