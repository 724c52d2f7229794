import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { errorRemedies, remedyOf } from "@patchbay/core";
import { describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "..");

/** Where errors of operations and runs are made. */
const rooms = [
  "packages/engine/src",
  "packages/sdk/src",
  "packages/integrations",
  "packages/core/src/mapping",
  "convex/runs",
];
/** Codes of issues in definitions, which no operation carries. */
const others = new Set(["no_trigger", "second_trigger", "unknown_type", "not_published", "input_invalid"]);

function sourcesIn(room: string): string[] {
  return readdirSync(join(root, room), { recursive: true, withFileTypes: true }).flatMap((entry) => {
    const isSource =
      entry.isFile() && entry.name.endsWith(".ts") && !/\.(test|long|support|bench)\.ts$/.test(entry.name);
    return isSource && !entry.parentPath.includes("node_modules") ? [join(entry.parentPath, entry.name)] : [];
  });
}

describe("remedies", () => {
  it("stand for every code that the sources give to an error", () => {
    const used = new Map<string, string>();
    for (const path of rooms.flatMap(sourcesIn)) {
      const text = readFileSync(path, "utf8");
      for (const [, code = ""] of text.matchAll(/\bcode: "([a-z]+_[a-z_]+)"/g)) used.set(code, path);
      // The default codes of each kind, in `sdk/errors.ts`.
      for (const [, code = ""] of text.matchAll(/^ {2}\w+: "((?:action|connection|system)_[a-z_]+)",$/gm))
        used.set(code, path);
    }
    expect(used.size).toBeGreaterThan(20);
    expect([...used].filter(([code]) => !others.has(code) && remedyOf(code) === null)).toEqual([]);
  });

  it("say something to do, in whole sentences", () => {
    for (const [code, remedy] of Object.entries(errorRemedies)) expect(remedy, code).toMatch(/^[A-Z].{20,}\.$/);
    expect(remedyOf("no_such_code")).toBeNull();
    expect(remedyOf("toString")).toBeNull();
  });
});
