/** Breaks each promise in a copy of the code, and expects the test that is named for it to fail; it passes on the code as it is. */
import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { promises } from "./promises.ts";

const root = join(import.meta.dirname, "..");
const TEST_MS = 180_000;
let copy: string;

/** The sources alone: dependencies are links to those of the original, but our own packages must be the copies. */
function copySources(target: string): void {
  const isLeftOut = (path: string) =>
    /^(\.git|\.ci|\.patchbay|\.turbo|docs)$|(^|\/)(\.next|test-results|coverage|dist)$/.test(path);
  cpSync(root, target, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (source) => {
      const path = relative(root, source);
      return (
        !isLeftOut(path) && path !== join("node_modules", ".pnpm") && !path.startsWith(join("node_modules", ".cache"))
      );
    },
  });
  symlinkSync(join(root, "node_modules/.pnpm"), join(target, "node_modules/.pnpm"));
}

beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), "promises-"));
  copySources(copy);
});

afterAll(() => rmSync(copy, { recursive: true, force: true }));

function runTest(file: string): Promise<{ code: number; output: string }> {
  const args = [join(copy, "node_modules/vitest/vitest.mjs"), "run", "--no-color", file];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: copy, timeout: TEST_MS, maxBuffer: 64 * 1_048_576 }, (error, out, err) => {
      const code = typeof error?.code === "number" ? error.code : error ? -1 : 0;
      resolve({ code, output: `${out}${err}`.slice(-4_000) });
    });
  });
}

it.each([...new Set(promises.flatMap(({ breaches }) => breaches.map(({ test }) => test)))])(
  "%s passes on the code as it is",
  async (file) => {
    const { code, output } = await runTest(file);
    expect(code, output).toBe(0);
  },
  TEST_MS,
);

describe.each(promises.map(({ says, breaches }) => [says, breaches] as const))("%s", (_says, breaches) => {
  it.each(breaches.map((breach) => [breach.what, breach] as const))(
    "is found broken when %s",
    async (_what, { file, from, to, test }) => {
      const path = join(copy, file);
      const original = readFileSync(path, "utf8");
      expect(original).toContain(from);
      writeFileSync(
        path,
        original.replace(from, () => to),
      );
      try {
        const { code, output } = await runTest(test);
        // 1: tests failed. Anything else would be a crash, a time-out, or a file that cannot even be read.
        expect(code, output).toBe(1);
        expect(output).toMatch(/Tests .*\d+ failed/);
      } finally {
        writeFileSync(path, original);
      }
    },
    TEST_MS,
  );
});
