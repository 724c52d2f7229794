/** Where things are in the archives of `convex export`: `[_components/<name>/]...<table>/documents.jsonl`. */

/** What an entry of an archive holds. A folder around everything is allowed, as some tools add one when they repack. */
export type ArchiveEntry =
  | { kind: "documents" | "schema"; component: string; table: string }
  | { kind: "file"; component: string; storageId: string };

const DOCUMENTS = /^(.*\/)?([^/]+)\/documents\.jsonl$/;
const SCHEMA = /^(.*\/)?([^/]+)\/generated_schema\.jsonl$/;
const FILE = /^(.*\/)?_storage\/([^/.]+)(?:\.[^/]+)?$/;
const COMPONENT = /^(.*\/)?_components\/([^/]+)\/$/;

/** What the entry named `name` holds, in an archive that is imported into the component `base`; null if it is of no interest. */
export function parseEntryName(name: string, base: string): ArchiveEntry | null {
  for (const [kind, pattern] of [["documents", DOCUMENTS] as const, ["schema", SCHEMA] as const]) {
    const match = pattern.exec(name);
    if (match !== null) return { kind, component: componentOf(match[1] ?? "", base), table: match[2]! };
  }
  const file = FILE.exec(name);
  return file === null ? null : { kind: "file", component: componentOf(file[1] ?? "", base), storageId: file[2]! };
}

/** The folder of a component's tables, "" or with a slash at its end. */
export function componentFolder(component: string): string {
  return component === ""
    ? ""
    : component
        .split("/")
        .map((name) => `_components/${name}/`)
        .join("");
}

/** ` in component "a/b"`, for messages about what is not in the app itself. */
export function inComponent(component: string): string {
  return component === "" ? "" : ` in component "${component}"`;
}

function componentOf(prefix: string, base: string): string {
  const names: string[] = [];
  for (let match = COMPONENT.exec(prefix); match !== null; match = COMPONENT.exec(match[1] ?? ""))
    names.unshift(match[2]!);
  return [...(base === "" ? [] : [base]), ...names].join("/");
}

const EXTENSIONS: Readonly<Record<string, string>> = {
  "application/gzip": "gz",
  "application/json": "json",
  "application/pdf": "pdf",
  "application/zip": "zip",
  "audio/mpeg": "mp3",
  "image/gif": "gif",
  "image/jpeg": "jpeg",
  "image/png": "png",
  "image/svg+xml": "svg",
  "image/webp": "webp",
  "text/csv": "csv",
  "text/html": "html",
  "text/plain": "txt",
  "video/mp4": "mp4",
};

/** The name of a stored file in the archive; the extension is there for people only. */
export function fileName(storageId: string, contentType: string | undefined): string {
  const extension = EXTENSIONS[(contentType ?? "").split(";")[0]!.trim().toLowerCase()];
  return `_storage/${storageId}${extension === undefined ? "" : `.${extension}`}`;
}
