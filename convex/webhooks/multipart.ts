/** Reads `multipart/form-data` (RFC 7578): the parts of a form with files. */
import { fromUtf8, utf8 } from "../lib/bytes.ts";

export interface FormPart {
  name: string;
  /** Null for a plain field. */
  fileName: string | null;
  /** The part's own content type, `""` where it names none. */
  type: string;
  content: Uint8Array;
}

const MAX_PARTS = 1_000;
const MAX_HEADER_BYTES = 8_000;
const CRLF = "\r\n";

/** The parts in order, or what is wrong. */
export function readMultipart(
  bytes: Uint8Array,
  contentType: string,
): { ok: true; parts: FormPart[] } | { ok: false; message: string } {
  const boundary = /;\s*boundary=(?:"([^"]{1,70})"|([^\s;]{1,70}))/i.exec(contentType);
  const mark = boundary?.[1] ?? boundary?.[2];
  if (mark === undefined) return wrong("The Content-Type names no boundary for the form’s parts.");
  const parts: FormPart[] = [];
  const delimiter = utf8(`--${mark}`);
  let at = indexOf(bytes, delimiter, 0);
  if (at < 0) return wrong("The form does not begin with its boundary.");
  for (;;) {
    at += delimiter.length;
    if (bytes[at] === 0x2d && bytes[at + 1] === 0x2d) return { ok: true, parts };
    if (parts.length === MAX_PARTS) return wrong(`The form has more than ${MAX_PARTS} parts.`);
    const headEnd = indexOf(bytes, utf8(CRLF + CRLF), at);
    if (headEnd < 0 || headEnd - at > MAX_HEADER_BYTES) return wrong("A part of the form has no complete header.");
    const next = indexOf(bytes, utf8(CRLF + fromUtf8(delimiter)), headEnd + 2);
    if (next < 0) return wrong("The form ends within a part.");
    const part = readHead(fromUtf8(bytes.subarray(at, headEnd)));
    if (part === null) return wrong("A part of the form has no name.");
    parts.push({ ...part, content: bytes.subarray(Math.min(headEnd + 4, next), next) });
    at = next + CRLF.length;
  }
}

const wrong = (message: string) => ({ ok: false as const, message });

function readHead(head: string): Omit<FormPart, "content"> | null {
  const headers = new Map(
    head
      .split(CRLF)
      .map((line) => line.split(/:(.*)/s))
      .map(([name = "", value = ""]) => [name.trim().toLowerCase(), value.trim()] as const),
  );
  const disposition = headers.get("content-disposition") ?? "";
  const name = parameter(disposition, "name");
  if (name === null) return null;
  return { name, fileName: parameter(disposition, "filename"), type: headers.get("content-type") ?? "" };
}

/** `name="a"`; browsers write a quote in it as `%22`, others escape it. */
function parameter(disposition: string, name: string): string | null {
  const found = new RegExp(`;\\s*${name}=(?:"((?:[^"\\\\]|\\\\.)*)"|([^;\\s]*))`, "i").exec(disposition);
  if (!found) return null;
  return (found[1]?.replace(/\\(["\\])/g, "$1") ?? found[2] ?? "").replace(/%22/g, '"');
}

function indexOf(bytes: Uint8Array, wanted: Uint8Array, from: number): number {
  const first = wanted[0]!;
  for (let at = bytes.indexOf(first, from); at >= 0; at = bytes.indexOf(first, at + 1)) {
    let same = 1;
    while (same < wanted.length && bytes[at + same] === wanted[same]) same += 1;
    if (same === wanted.length) return at;
  }
  return -1;
}
