import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import yazl from "yazl";

/** A new archive that is written to `target` as it is filled; `written` rejects when one of its entries cannot be read. */
export function archiveInto(target: NodeJS.WritableStream): { archive: yazl.ZipFile; written: Promise<void> } {
  const archive = new yazl.ZipFile();
  const output = archive.outputStream as Readable;
  archive.on("error", (error: Error) => output.destroy(error));
  const written = pipeline(output, target);
  // Awaited later, when everything has been added.
  written.catch(() => undefined);
  return { archive, written };
}
