/** Components that come and go with pushes, and what a push checks about them. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { convex } from "../test/cli.ts";
import { DeployedApp, newTag } from "./harness.ts";

let app: DeployedApp;

beforeAll(async () => {
  app = await DeployedApp.start(new URL("./contract/", import.meta.url), { GREETING: "hello" });
}, 60_000);
afterAll(() => app?.dispose());

const inSpare = { component: "spare" };
const cli = (...args: string[]) => convex(app.deployment, app.copy, args);
const push = () => cli("deploy", "--yes", "--typecheck", "disable", "--codegen", "disable");

/** Changes files of the app, until the next call puts them back. */
async function withChanges<Result>(
  changes: Record<string, (text: string) => string>,
  body: () => Promise<Result>,
): Promise<Result> {
  const files = Object.keys(changes).map((name) => join(app.copy.dir, name));
  const before = await Promise.all(files.map((file) => readFile(file, "utf8")));
  await Promise.all(Object.values(changes).map((change, index) => writeFile(files[index]!, change(before[index]!))));
  try {
    return await body();
  } finally {
    await Promise.all(files.map((file, index) => writeFile(file, before[index]!)));
  }
}

const withoutSpare = {
  "convex/convex.config.ts": (text: string) => text.replace(/app\.use\(vault, \{ name: "spare".*\n/, ""),
};

describe("a component that a push removes", () => {
  it("keeps its data, is reached by nobody, and is there again with the next push", async () => {
    const tag = newTag();
    await app.mutation("notes:add", { tag, text: "kept" }, inSpare);
    const { add } = await app.query<{ add: string }>("handles:create", {}, inSpare);

    expect((await withChanges(withoutSpare, push)).stderr).toContain("Unmounted component spare");
    await expect(app.query("notes:list", { tag }, inSpare)).rejects.toThrow("Could not find function");
    await expect(app.mutation("calls:callAny", { handle: add, tag })).rejects.toThrow("Could not find function");
    await expect(app.query("calls:everything", { tag })).rejects.toThrow('"spare" is not installed');
    expect(await app.query("about:who"), "the rest of the app goes on").toBeNull();
    expect((await cli("data", "--component", "spare", "notes")).stdout).toContain("kept");
    await app.deployment.kill();
    await app.deployment.startProcess();

    expect((await push()).stderr).toContain("Remounted component spare");
    expect(await app.query("notes:list", { tag }, inSpare)).toEqual(["kept"]);
    await app.mutation("calls:callAny", { handle: add, tag });
    expect(await app.query("notes:list", { tag }, inSpare), "old handles are good again").toEqual(["kept", "forged"]);
  });
});

describe("a push", () => {
  it("names the variables that are missing or do not fit, and changes nothing", async () => {
    const needsMore = {
      "convex/convex.config.ts": (text: string) =>
        text.replace("GREETING: v.string(),", "GREETING: v.string(), KEY: v.string(),"),
    };
    await expect(withChanges(needsMore, push)).rejects.toThrow(/KEY.*declared as required in convex\.config\.ts/s);
    await cli("env", "set", "LEVEL", "medium");
    await expect(push()).rejects.toThrow(/LEVEL/);
    await cli("env", "remove", "LEVEL");
    expect(await app.query("about:who")).toBeNull();
  });

  it("checks a component's documents against its new schema, and fills its new indexes", async () => {
    await app.mutation("notes:add", { tag: newTag(), text: "no number" }, inSpare);
    const stricter = {
      "vault/schema.ts": (text: string) =>
        text.replace("notes: defineTable({", "notes: defineTable({ size: v.number(),"),
    };
    await expect(withChanges(stricter, push)).rejects.toThrow(/schema/i);
    const indexed = {
      "vault/schema.ts": (text: string) =>
        text.replace('.index("by_tag", ["tag"])', '.index("by_tag", ["tag"]).index("by_text", ["text"])'),
      "vault/notes.ts": (text: string) => text + COUNT_BY_TEXT,
    };
    await withChanges(indexed, push);
    expect(await app.query("notes:countByText", { text: "no number" }, inSpare)).toBe(1);
  });
});

const COUNT_BY_TEXT = `
export const countByText = query({
  args: { text: v.string() },
  handler: async (ctx, { text }) =>
    (await ctx.db.query("notes").withIndex("by_text", (q) => q.eq("text", text)).collect()).length,
});
`;
