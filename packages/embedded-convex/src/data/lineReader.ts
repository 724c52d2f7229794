/** A line is a document: longer ones cannot be imported anyway, and must not fill the memory. */
const MAX_LINE_BYTES = 8 * 1024 * 1024;
const NEWLINE = 10;

/** A file to import has content that cannot be imported; the message is for the operator. */
export class ImportError extends Error {
  override readonly name = "ImportError";
}

/**
 * The lines of a stream of UTF-8 bytes.
 *
 * @throws ImportError for a line that is too long or not UTF-8.
 */
export async function* readLines(source: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  let number = 1;
  const finish = (): string => {
    try {
      return decoder.decode(Buffer.concat(pending));
    } catch {
      throw new ImportError(`Import wasn't valid UTF8: row ${number}`);
    }
  };
  for await (const bytes of source) {
    let chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE)) {
      pending.push(chunk.subarray(0, end));
      yield finish();
      pending = [];
      pendingBytes = 0;
      number++;
      chunk = chunk.subarray(end + 1);
    }
    pending.push(chunk);
    pendingBytes += chunk.length;
    if (pendingBytes > MAX_LINE_BYTES) throw new ImportError(`Row ${number} is larger than ${MAX_LINE_BYTES} bytes`);
  }
  if (pendingBytes > 0) yield finish();
}
