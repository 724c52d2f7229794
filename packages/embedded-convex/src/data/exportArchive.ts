import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import type { FileStore } from "../storage/files.ts";
import { archiveInto } from "./archiveStream.ts";
import { componentFolder, fileName, inComponent } from "./archivePaths.ts";
import { toExportLine } from "./exportedValues.ts";
import type { SnapshotReader, SnapshotTable } from "./snapshotReader.ts";

const README = `# Welcome to your Convex snapshot export!

This ZIP file contains a snapshot of the tables of a Convex deployment.

The documents of each table are lines of JSON in <table_name>/documents.jsonl,
those of components in _components/<name>/<table_name>/documents.jsonl.

Import it into any Convex deployment by \`npx convex import\`; see
https://docs.convex.dev/database/import-export/import
`;

/** How many characters are gathered before they go on to be compressed. */
const CHUNK = 64 * 1024;

export interface ExportRequest {
  reader: SnapshotReader;
  files: FileStore;
  /** Where the archive is written. */
  target: string;
  includeStorage: boolean;
  progress: (message: string) => void;
}

/** Writes a snapshot as `convex export` has it. What is in memory at a time does not depend on its size. */
export async function writeExport({ reader, files, target, includeStorage, progress }: ExportRequest): Promise<void> {
  const { archive, written } = archiveInto(createWriteStream(target, { mode: 0o600, flush: true }));
  // Entries are generated one after another, when the archive asks for them.
  const add = (name: string, content: () => Readable, compress = true): void =>
    archive.addReadStreamLazy(name, { compress, mode: 0o100644 }, (give) => {
      give(null, content());
    });
  add("README.md", () => Readable.from([README]));
  const tables = reader.tables();
  const components = [...new Set(["", ...tables.map(({ component }) => component)])];
  for (const component of components) {
    const users = tables.filter((table) => table.component === component && !table.name.startsWith("_"));
    const folder = componentFolder(component);
    const listed = users.map(({ name, num }) => `${JSON.stringify({ name, id: num })}\n`);
    add(`${folder}_tables/documents.jsonl`, () => Readable.from([listed.join("")]));
    for (const table of users) {
      add(`${folder}${table.name}/documents.jsonl`, () => {
        progress(`Backing up ${table.name}${inComponent(component)}`);
        return Readable.from(lines(reader, table));
      });
      add(`${folder}${table.name}/generated_schema.jsonl`, () => Readable.from(['"uniform"\n']));
    }
  }
  if (includeStorage) {
    for (const table of tables) {
      if (table.name === "_storage") addStorage(reader, files, table, add);
    }
  }
  archive.end();
  await written;
}

function addStorage(
  reader: SnapshotReader,
  files: FileStore,
  table: SnapshotTable,
  add: (name: string, content: () => Readable, compress?: boolean) => void,
): void {
  const folder = componentFolder(table.component);
  const rows = (): Readable =>
    Readable.from(
      (function* () {
        for (const { id, document, uuid } of reader.files(table)) {
          const { _creationTime, sha256, size, contentType } = document;
          yield `${JSON.stringify({ _id: id, _creationTime, sha256, size, contentType: contentType ?? null, internalId: uuid })}\n`;
        }
      })(),
    );
  add(`${folder}_storage/documents.jsonl`, rows);
  for (const { id, document, file } of reader.files(table)) {
    add(`${folder}${fileName(id, document.contentType)}`, () => Readable.fromWeb(files.open(file) as never));
  }
}

function* lines(reader: SnapshotReader, table: SnapshotTable): Generator<string> {
  let chunk = "";
  for (const json of reader.documents(table)) {
    chunk += `${toExportLine(json)}\n`;
    if (chunk.length < CHUNK) continue;
    yield chunk;
    chunk = "";
  }
  if (chunk !== "") yield chunk;
}
