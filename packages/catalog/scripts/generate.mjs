// Writes the list of integrations from what lies in packages/integrations: `manifests.json` for the browser and
// `integrations.ts` for the server. Run with Node 24: `node packages/catalog/scripts/generate.mjs [--check]`.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../integrations", import.meta.url));
const target = fileURLToPath(new URL("../src/generated", import.meta.url));

/** The contents of the generated files, by file name. */
export async function generateFiles() {
  const folders = readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
  const packages = await Promise.all(folders.map(readPackage));
  const taken = new Map();
  for (const { name, manifest } of packages) {
    if (taken.has(manifest.name))
      throw new Error(`${name} and ${taken.get(manifest.name)} are both "${manifest.name}"`);
    taken.set(manifest.name, name);
  }
  return { "manifests.json": printManifests(packages), "integrations.ts": printIntegrations(packages) };
}

async function readPackage(folder) {
  const { name } = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
  const { integration } = await import(`../../integrations/${folder}/src/index.ts`);
  if (!integration?.manifest) throw new Error(`${name} does not export \`integration\``);
  return { name, manifest: integration.manifest };
}

/** A name of its own, as an integration may be called `switch`. */
const identifier = (manifest) => `${manifest.name}Integration`;

function printManifests(packages) {
  return `${JSON.stringify(
    packages.map(({ manifest }) => manifest),
    null,
    2,
  )}\n`;
}

function printIntegrations(packages) {
  return [
    "// Made by scripts/generate.mjs from packages/integrations. Do not edit.",
    'import type { Integration } from "@patchbay/sdk";',
    ...packages.map(({ name, manifest }) => `import { integration as ${identifier(manifest)} } from "${name}";`),
    "",
    `export const integrations: readonly Integration[] = [`,
    ...packages.map(({ manifest }) => `  ${identifier(manifest)},`),
    "];",
    "",
  ].join("\n");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const files = await generateFiles();
  const read = (name) => {
    try {
      return readFileSync(join(target, name), "utf8");
    } catch {
      return null;
    }
  };
  const stale = Object.keys(files).filter((name) => read(name) !== files[name]);
  if (process.argv.includes("--check")) {
    if (stale.length > 0) {
      console.error(`The catalog is out of date (${stale.join(", ")}): run node packages/catalog/scripts/generate.mjs`);
      process.exitCode = 1;
    }
  } else {
    for (const name of stale) writeFileSync(join(target, name), files[name]);
    console.log(stale.length > 0 ? `Wrote ${stale.join(", ")}` : "The catalog is up to date");
  }
}
