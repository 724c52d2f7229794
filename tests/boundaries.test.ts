import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const run = promisify(execFile);
const root = join(import.meta.dirname, "..");

/** An importing file, what it must not import, and the rule that says so. */
const forbidden: [from: string, to: string, rule: string][] = [
  ["packages/core/src/probe0.ts", "packages/engine/src/index.ts", "core-imports-nothing-of-ours"],
  ["packages/engine/src/probe1.ts", "packages/sdk/src/index.ts", "engine-imports-core"],
  ["packages/sdk/src/probe2.ts", "packages/engine/src/index.ts", "sdk-imports-core"],
  [
    "packages/integrations/http/src/probe3.ts",
    "packages/integrations/webhook/src/index.ts",
    "integration-imports-sdk-and-core",
  ],
  ["packages/catalog/src/probe4.ts", "packages/engine/src/index.ts", "catalog-imports-integrations"],
  ["convex/lib/probe5.ts", "packages/ui/src/index.ts", "convex-imports-the-domain"],
  ["apps/web/src/probe6.ts", "packages/catalog/src/runtime.ts", "web-imports-core-ui-manifests"],
  ["apps/web/src/probe7.ts", "convex/functions.ts", "web-imports-core-ui-manifests"],
  ["packages/ui/src/probe8.ts", "packages/core/src/index.ts", "ui-imports-nothing-of-ours"],
  ["packages/embedded-convex/src/probe9.ts", "packages/core/src/index.ts", "embedded-convex-knows-nothing-of-patchbay"],
  ["packages/cli/src/probe10.ts", "packages/sdk/src/index.ts", "cli-imports-embedded-and-core"],
  ["packages/sdk/src/probe11.ts", "packages/testkit/src/index.ts", "testkit-is-for-tests"],
  ["packages/testkit/src/probe12.ts", "apps/web/next.config.ts", "nobody-imports-apps"],
  ["packages/core/src/probe13.ts", "node:fs", "web-standard-only"],
  ["apps/web/src/probe14.ts", "@xyflow/react", "xyflow-stays-in-the-canvas"],
];

/** Imports that the same rules let pass, so that a rule that rejects everything is noticed too. */
const allowed: [from: string, to: string][] = [
  ["packages/engine/src/fine0.ts", "packages/core/src/index.ts"],
  ["convex/lib/fine1.ts", "packages/catalog/src/runtime.ts"],
  ["apps/web/src/fine2.ts", "packages/catalog/src/manifests.ts"],
  ["apps/web/src/features/editor/canvas/fine3.ts", "@xyflow/react"],
];

interface CruiseResult {
  summary: { violations: { from: string; rule: { name: string } }[] };
}

/** The rules are tried in a small copy of the house, so that no probe ever lies in the real one. */
describe("import boundaries", () => {
  let house: string;

  beforeAll(async () => {
    house = await mkdtemp(join(tmpdir(), "boundaries-"));
    const write = async (file: string, text: string) => {
      await mkdir(dirname(join(house, file)), { recursive: true });
      await writeFile(join(house, file), text);
    };
    const isPath = (target: string) => target.includes("/src/") || /^(apps|convex)\//.test(target);
    for (const [, to] of [...forbidden, ...allowed]) if (isPath(to)) await write(to, "export {};\n");
    await write("node_modules/@xyflow/react/package.json", `{ "name": "@xyflow/react", "main": "index.js" }`);
    await write("node_modules/@xyflow/react/index.js", "module.exports = {};\n");
    await write("package.json", `{ "name": "house", "dependencies": { "@xyflow/react": "*" } }`);
    await write("apps/web/tsconfig.json", "{}");
    await cp(join(root, ".dependency-cruiser.cjs"), join(house, ".dependency-cruiser.cjs"));
    for (const [from, to] of [...forbidden, ...allowed]) {
      const up = "../".repeat(from.split("/").length - 1);
      await write(from, `import * as probe from "${isPath(to) ? up + to : to}";\nexport default probe;\n`);
    }
  });
  afterAll(() => rm(house, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }));

  it("rejects a forbidden import of every kind and lets the others pass", { timeout: 60_000 }, async () => {
    const cruiser = join(root, "node_modules/dependency-cruiser/bin/dependency-cruiser.mjs");
    const result = await run(
      process.execPath,
      [cruiser, "--config", ".dependency-cruiser.cjs", "--output-type", "json", "apps", "packages", "convex"],
      { cwd: house, maxBuffer: 64 * 1024 * 1024, timeout: 50_000 },
    ).catch((error: { stdout: string }) => ({ stdout: error.stdout }));
    const { violations } = (JSON.parse(result.stdout) as CruiseResult).summary;
    const rulesFor = (file: string) =>
      violations.filter((found) => found.from === file).map((found) => found.rule.name);
    for (const [from, , rule] of forbidden) expect(rulesFor(from), from).toContain(rule);
    for (const [from] of allowed) expect(rulesFor(from), from).toEqual([]);
  });
});
