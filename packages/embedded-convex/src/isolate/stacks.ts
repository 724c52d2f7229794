/** Stack traces of pushed code: mapped back to the operator's sources, without anything of the host. */
import { SourceMap } from "node:module";
import type { SourceMapPayload } from "node:module";

const SCHEME = "convex:/";
const FRAME = /^\s+at /;
const POSITION = /convex:\/[^\s:()]+:\d+:\d+/g;
const PARENT_STEPS = /^(?:\.\.?\/|\/)*/;
const PACKAGES = "node_modules/";
/** Parts of a source's path that are shown: enough for `convex/a/b/c.ts`, too few for where the operator keeps the project. */
const SHOWN_PARTS = 4;

/** Source maps of loaded modules by file name, the JSON until the first error needs it. */
const sourceMaps = new Map<string, string | SourceMap>();

/** Did pushed code throw this? Whatever comes from another realm than the host's, or through a frame of pushed code. */
export function isOfPushedCode(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return true;
  return typeof thrown.stack === "string" && thrown.stack.includes(SCHEME);
}

/** Makes the map of a loaded module known to `remapStack`. */
export function registerSourceMap(fileName: string, map: string): void {
  sourceMaps.set(fileName, map);
}

/** Forgets the maps of all files whose names begin with `prefix`. */
export function forgetSourceMaps(prefix: string): void {
  for (const fileName of sourceMaps.keys()) if (fileName.startsWith(prefix)) sourceMaps.delete(fileName);
}

/** The file name of a module; `realm` is unique among all realms of the process. */
export function moduleFileName(realm: number, label: string, path: string): string {
  return `${fileNamePrefix(realm)}${encodeURI(label)}/${path}`;
}

/** What the file names of all modules of a realm begin with. */
export function fileNamePrefix(realm: number): string {
  return `${SCHEME}${realm}/`;
}

/**
 * A stack as users may see it: the message, then only the frames in pushed code, at their positions in the original
 * sources (`../convex/messages.ts:12:9`). Frames of the host and of Node are left out, since they carry paths.
 */
export function remapStack(stack: string): string {
  const lines: string[] = [];
  for (const line of stack.split("\n")) {
    if (!FRAME.test(line)) lines.push(line);
    else if (line.includes(SCHEME)) lines.push(line.replace(POSITION, originalPosition));
  }
  return lines.join("\n");
}

function originalPosition(position: string): string {
  const [, fileName, line, column] = /^(.+):(\d+):(\d+)$/.exec(position)!;
  const map = loadMap(fileName!);
  const entry = map?.findEntry(Number(line) - 1, Number(column) - 1);
  if (entry === undefined || !("originalSource" in entry)) return `${shortName(fileName!)}:${line}:${column}`;
  return `${sourceName(entry.originalSource)}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
}

/** A source as users see it: packages by their name, own sources by the end of their path. */
function sourceName(source: string): string {
  const packages = source.lastIndexOf(PACKAGES);
  if (packages >= 0) return `../${source.slice(packages)}`;
  return `../${source.replace(PARENT_STEPS, "").split("/").slice(-SHOWN_PARTS).join("/")}`;
}

function loadMap(fileName: string): SourceMap | undefined {
  const known = sourceMaps.get(fileName);
  if (typeof known !== "string") return known;
  const map = new SourceMap(JSON.parse(known) as SourceMapPayload);
  sourceMaps.set(fileName, map);
  return map;
}

/** The module's path without scheme, realm and label. */
function shortName(fileName: string): string {
  return fileName.slice(SCHEME.length).split("/").slice(2).join("/");
}
