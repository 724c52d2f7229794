import { createHash } from "node:crypto";
import { readFile, readdir } from "node:fs/promises";
import { join, relative } from "node:path";

const skipped = new Set([
  "node_modules",
  ".next",
  ".turbo",
  "coverage",
  "test-results",
  "e2e",
  "bench",
  "conformance",
  "durability",
]);

/** Files that tools write beside the sources. */
const generated = /^next-env\.d\.ts$|\.tsbuildinfo$/;

async function* filesBelow(folder: string): AsyncGenerator<string> {
  const entries = await readdir(folder, { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (skipped.has(entry.name) || generated.test(entry.name) || /\.(test|e2e|long)\.tsx?$/.test(entry.name)) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path);
    else if (entry.isFile()) yield path;
  }
}

/** SHA-256 over the contents of these files and folders (tests and build results left out), to see what has changed. */
export async function fingerprint(root: string, paths: string[], extra = ""): Promise<string> {
  const hash = createHash("sha256").update(extra);
  for (const path of paths) {
    const full = join(root, path);
    const isFile = /\.[a-z]+$/.test(path);
    for await (const file of isFile ? [full] : filesBelow(full)) {
      hash
        .update(relative(root, file))
        .update("\0")
        .update(await readFile(file))
        .update("\0");
    }
  }
  return hash.digest("hex");
}
