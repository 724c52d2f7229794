import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fingerprint } from "./fingerprint.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "fingerprint-"));
  await write("web/src/page.tsx", "one");
  await write("lock.yaml", "lock");
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function write(file: string, text: string) {
  await mkdir(dirname(join(root, file)), { recursive: true });
  await writeFile(join(root, file), text);
}
const take = () => fingerprint(root, ["web", "lock.yaml"]);

describe("fingerprint", () => {
  it.each(["web/src/page.tsx", "web/src/more.ts", "lock.yaml"])("changes with %s", async (file) => {
    const before = await take();
    await write(file, "two");
    expect(await take()).not.toBe(before);
  });

  it.each([
    "web/.next/x.js",
    "web/next-env.d.ts",
    "web/tsconfig.tsbuildinfo",
    "web/src/page.test.tsx",
    "web/e2e/a.e2e.ts",
  ])("does not change with %s, which tools or tests write", async (file) => {
    const before = await take();
    await write(file, "two");
    expect(await take()).toBe(before);
  });
});
