// Compiles src/mapping/grammar/mapping.grammar into committed TypeScript. The output is checked by a test, so the runtime
// needs @lezer/lr only.
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { buildParserFile } from "@lezer/generator";
import { format, resolveConfig } from "prettier";

const folder = fileURLToPath(new URL("../src/mapping/grammar/", import.meta.url));
const banner = "// Generated from mapping.grammar by scripts/buildGrammar.mjs. Do not edit.\n";

/** The text of the generated files by path, formatted like the rest of the repository. */
export async function generateParserFiles() {
  const grammar = await readFile(`${folder}mapping.grammar`, "utf8");
  const warnings = [];
  const { parser, terms } = buildParserFile(grammar, {
    fileName: "mapping.grammar",
    moduleStyle: "es",
    typeScript: true,
    includeNames: false,
    exportName: "mappingParser",
    warn: (message) => warnings.push(message),
  });
  if (warnings.length > 0) throw new Error(`mapping.grammar: ${warnings.join("; ")}`);
  const files = new Map();
  for (const [name, text] of [
    ["parser.ts", parser],
    ["terms.ts", terms],
  ]) {
    const path = `${folder}generated/${name}`;
    const source = banner + text.replace(/^\/\/ This file was generated.*\n/, "");
    files.set(path, await format(source, { ...(await resolveConfig(path)), parser: "typescript", printWidth: 120 }));
  }
  return files;
}

/** Paths of generated files that are not what the grammar gives. */
export async function findStaleFiles() {
  const stale = [];
  for (const [path, text] of await generateParserFiles()) {
    if ((await readFile(path, "utf8")) !== text) stale.push(path);
  }
  return stale;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [path, text] of await generateParserFiles()) await writeFile(path, text);
}
